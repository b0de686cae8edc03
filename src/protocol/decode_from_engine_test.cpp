// The catalogue of spec: sdk §4.10, from text to typed message, and what the engine's own encoder
// writes.
#include "base/id.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_engine.hpp"
#include "protocol/malformed.hpp"
#include "protocol/member.hpp"
#include "protocol/to_worker.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::protocol {
namespace {

using namespace from_engine;

constexpr std::string_view uuid_text = "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de";
const base::InvocationId uuid{*base::Uuid::parse(uuid_text)};

template <class T>
T decoded(std::string_view text) {
  Message message = decode_from_engine(text);
  if (auto* expected = std::get_if<T>(&message)) {
    return std::move(*expected);
  }
  ADD_FAILURE() << "decoded as alternative " << message.index() << ": " << text;
  return {};
}

std::string with_id(std::string_view members) {
  return R"({"type":"invocationresult","invocation_id":")" + std::string(uuid_text) + "\"," +
         std::string(members) + "}";
}

TEST(DecodeFromEngine, reads_an_invocation_that_the_engine_wrote) {
  const std::string text = encode(to_worker::InvokeFunction{
      .invocation_id = uuid,
      .function_id_json = R"("f")",
      .data_json = R"({"a":1})",
      .caller = base::WorkerId(uuid.value()),
      .traceparent_json = R"("00-a")",
      .metadata_json = "[1]",
  });
  const auto message = decoded<InvokeFunction>(text);
  EXPECT_EQ(message.invocation_id, uuid);
  EXPECT_EQ(message.function_id.body(), "f");
  EXPECT_EQ(
      message.data.text, R"({"_caller_worker_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de","a":1})"
  );
  EXPECT_EQ(message.traceparent.body(), "00-a");
  EXPECT_FALSE(is_present(message.baggage));
  EXPECT_EQ(message.metadata.text, "[1]");
}

TEST(DecodeFromEngine, reads_results) {
  const std::string text = encode(to_worker::InvocationResult{
      .invocation_id = uuid, .function_id_json = R"("f")", .result_json = "5"
  });
  const auto good = decoded<InvocationResult>(text);
  EXPECT_EQ(good.invocation_id, uuid);
  EXPECT_EQ(good.result.text, "5");
  EXPECT_EQ(good.error, std::nullopt);
  const ErrorBody error{"E", "m", "s"};
  const auto bad = decoded<InvocationResult>(encode(to_worker::InvocationResult{
      .invocation_id = uuid, .function_id_json = R"("f")", .error = error
  }));
  EXPECT_EQ(bad.error, error);
  EXPECT_EQ(decoded<InvocationResult>(with_id(R"("result":1,"error":null)")).error, std::nullopt);
}

TEST(DecodeFromEngine, ends_a_call_also_with_an_error_that_cannot_be_read) {
  EXPECT_EQ(
      decoded<InvocationResult>(with_id(R"("error":"oh")")).error,
      (ErrorBody{"UNKNOWN", "\"oh\"", std::nullopt})
  );
  EXPECT_EQ(
      decoded<InvocationResult>(with_id(R"("error":{"message":"m"})")).error,
      (ErrorBody{"UNKNOWN", "m", std::nullopt})
  );
}

TEST(DecodeFromEngine, reads_who_the_worker_is) {
  EXPECT_EQ(
      decoded<WorkerRegistered>(R"({"type":"workerregistered","worker_id":"w"})").reattach_token,
      std::nullopt
  );
  const auto message = decoded<WorkerRegistered>(
      encode(to_worker::WorkerRegistered{base::WorkerId(uuid.value()), uuid.value()})
  );
  EXPECT_EQ(message.worker_id, uuid_text);
  EXPECT_EQ(message.reattach_token, uuid_text);
}

TEST(DecodeFromEngine, reads_triggers) {
  const auto trigger = decoded<RegisterTrigger>(
      R"({"type":"registertrigger","id":"t","trigger_type":"tick","function_id":"f",)"
      R"("config":{"every":1},"metadata":{"k":2},"namespace":"eu"})"
  );
  EXPECT_EQ(trigger.config, R"({"every":1})");
  EXPECT_EQ(trigger.metadata, R"({"k":2})");
  EXPECT_EQ(trigger.target_namespace, "eu");
  EXPECT_EQ(
      decoded<RegisterTrigger>(
          R"({"type":"registertrigger","id":"t","trigger_type":"tick","function_id":"f"})"
      )
          .config,
      "null"
  );
  const auto gone = decoded<UnregisterTrigger>(encode(to_worker::UnregisterTrigger{"t", "tick"}));
  EXPECT_EQ(gone.id, "t");
  EXPECT_EQ(gone.trigger_type, "tick");
  const ErrorBody error{"trigger_registration_failed", "no", std::nullopt};
  EXPECT_EQ(
      decoded<TriggerRegistrationResult>(
          encode(to_worker::TriggerRegistrationResult{"t", "tick", "f", error})
      )
          .error,
      error
  );
}

TEST(DecodeFromEngine, reads_refusals) {
  const auto rejected = decoded<RegistrationRejected>(
      encode(to_worker::RegistrationRejected{.function_id = "f", .owner_worker_id = "w"})
  );
  EXPECT_EQ(rejected.code, "FUNCTION_NAMESPACE_CONFLICT");
  EXPECT_EQ(rejected.function_id, "f");
  EXPECT_EQ(rejected.owner_worker_id, "w");
  const auto refusal =
      decoded<Refusal>(R"({"type":"error","error":{"code":"AUTH_ERROR","message":"bad token"}})");
  EXPECT_EQ(refusal.error, (ErrorBody{"AUTH_ERROR", "bad token", std::nullopt}));
}

TEST(DecodeFromEngine, ignores_what_it_does_not_know) {
  EXPECT_EQ(decoded<Ignored>(R"({"type":"news","worker_id":7})").type, "news");
  EXPECT_EQ(decoded<Ignored>(R"({"type":"pong"})").type, "pong");
  EXPECT_EQ(decoded<Ignored>("  \n").type, "");
  EXPECT_EQ(
      decoded<WorkerRegistered>(R"({"x":[],"worker_id":"w","type":"workerregistered"})").worker_id,
      "w"
  );
  decoded<Ping>(R"({"type":"ping"})");
}

TEST(DecodeFromEngine, tells_of_a_malformed_message_who_waits_for_it) {
  const auto call = decoded<Malformed>(
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":7})"
  );
  EXPECT_EQ(call.invocation_id, uuid);
  EXPECT_EQ(call.type, "invokefunction");
  EXPECT_EQ(decoded<Malformed>(R"({"type":"invocationresult"})").invocation_id, std::nullopt);
  EXPECT_EQ(decoded<Malformed>("{").invocation_id, std::nullopt);
  EXPECT_EQ(decoded<Malformed>(R"({"id":"x"})").type, "");
}

TEST(DecodeFromEngine, refuses_a_message_that_is_cut_anywhere) {
  const std::string text = with_id(R"("function_id":"f","result":{"a":[1,"b"]})");
  for (std::size_t size = 1; size < text.size(); ++size) {
    decoded<Malformed>(std::string_view(text).substr(0, size));
  }
}

}  // namespace
}  // namespace iii::protocol
