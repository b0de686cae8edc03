// What a worker writes: the exact text, and that the engine's decoder reads back the same.
#include "base/id.hpp"
#include "protocol/decode.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_engine.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::protocol {
namespace {

constexpr std::string_view uuid_text = "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de";
const base::InvocationId uuid{*base::Uuid::parse(uuid_text)};

template <class T>
T read_back(const std::string& text) {
  from_worker::Message message = decode(text);
  if (auto* expected = std::get_if<T>(&message)) {
    return std::move(*expected);
  }
  ADD_FAILURE() << "the engine does not read " << text;
  return {};
}

TEST(EncodeToEngine, writes_a_call_with_every_member) {
  const std::string text = encode(to_engine::InvokeFunction{
      .invocation_id = uuid,
      .function_id = "billing::charge",
      .data_json = R"({"amount":990})",
      .action = to_engine::Action::enqueue,
      .queue = "pay",
      .traceparent = "00-a",
      .baggage = "tenant=acme",
      .metadata_json = R"({"m":1})",
      .name_space = "eu",
      .timeout_ms = 31'000,
  });
  EXPECT_EQ(
      text,
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"billing::charge","data":{"amount":990},"traceparent":"00-a",)"
      R"("baggage":"tenant=acme","action":{"type":"enqueue","queue":"pay"},"metadata":{"m":1},)"
      R"("namespace":"eu","timeout_ms":31000})"
  );
  const auto message = read_back<from_worker::InvokeFunction>(text);
  EXPECT_EQ(message.invocation_id, uuid);
  EXPECT_EQ(message.action, from_worker::Action::enqueue);
  EXPECT_EQ(message.queue.body(), "pay");
  EXPECT_EQ(message.metadata.text, R"({"m":1})");
  EXPECT_EQ(message.timeout_ms, 31'000U);
}

TEST(EncodeToEngine, Item33_Item55_leaves_out_what_is_empty_but_never_the_data) {
  const std::string text = encode(
      to_engine::InvokeFunction{.function_id = "f", .action = to_engine::Action::fire_and_forget}
  );
  EXPECT_EQ(
      text, R"({"type":"invokefunction","function_id":"f","data":null,"action":{"type":"void"}})"
  );
  EXPECT_EQ(
      read_back<from_worker::InvokeFunction>(text).action, from_worker::Action::fire_and_forget
  );
}

TEST(EncodeToEngine, writes_a_result_or_an_error) {
  EXPECT_EQ(
      encode(to_engine::InvocationResult{.invocation_id = uuid, .function_id = "f"}),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","result":null})"
  );
  const ErrorBody error{"E1", "it \"broke\"", "line 1"};
  const std::string text = encode(to_engine::InvocationResult{
      .invocation_id = uuid, .function_id = "f", .error = &error, .traceparent = "00-a"
  });
  EXPECT_EQ(read_back<from_worker::InvocationResult>(text).error, error);
}

TEST(EncodeToEngine, writes_registrations_that_the_engine_reads_back) {
  const auto function = read_back<from_worker::RegisterFunction>(encode(to_engine::RegisterFunction{
      .id = "f",
      .description = "does",
      .request_format_json = "{}",
      .response_format_json = "true",
      .metadata_json = "[1]",
      .invocation_json = R"({"url":"https://a"})",
  }));
  EXPECT_EQ(function.id, "f");
  EXPECT_EQ(function.description, "does");
  EXPECT_EQ(function.response_format, "true");
  EXPECT_EQ(function.invocation, R"({"url":"https://a"})");

  const auto type = read_back<from_worker::RegisterTriggerType>(
      encode(to_engine::RegisterTriggerType{.id = "tick", .call_request_format_json = "{}"})
  );
  EXPECT_EQ(type.id, "tick");
  EXPECT_EQ(type.description, "");
  EXPECT_EQ(type.call_request_format, "{}");

  const auto trigger = read_back<from_worker::RegisterTrigger>(
      encode(to_engine::RegisterTrigger{.id = "t", .trigger_type = "tick", .function_id = "f"})
  );
  EXPECT_EQ(trigger.config, "{}");

  const auto service = read_back<from_worker::RegisterService>(encode(
      to_engine::RegisterService{.id = "billing", .name = "Billing", .parent_service_id = "shop"}
  ));
  EXPECT_EQ(service.parent_service_id, "shop");
  EXPECT_EQ(service.description, std::nullopt);
}

TEST(EncodeToEngine, Item32_Item38_writes_the_exact_texts_of_the_specification) {
  for (const auto& [message, text] :
       std::initializer_list<std::pair<to_engine::Message, std::string_view>>{
           {to_engine::RegisterService{.id = "b", .name = "B", .parent_service_id = "s"},
            R"({"type":"registerservice","id":"b","name":"B","parent_service_id":"s"})"},
           {to_engine::UnregisterFunction{"f"}, R"({"type":"unregisterfunction","id":"f"})"},
           {to_engine::UnregisterTriggerType{"t"}, R"({"type":"unregistertriggertype","id":"t"})"},
           {to_engine::UnregisterTrigger{.id = "i", .trigger_type = "t"},
            R"({"type":"unregistertrigger","id":"i","trigger_type":"t"})"},
           {to_engine::TriggerRegistrationResult{
                .id = "i", .trigger_type = "t", .function_id = "f"
            },
            R"({"type":"triggerregistrationresult","id":"i","trigger_type":"t","function_id":"f"})"
           },
           {to_engine::Reattach{.previous_worker_id = "w", .token = "k"},
            R"({"type":"reattach","previous_worker_id":"w","reattach_token":"k"})"},
           {to_engine::Reattach{.previous_worker_id = "w"},
            R"({"type":"reattach","previous_worker_id":"w"})"},
           {to_engine::Pong{}, R"({"type":"pong"})"},
       }) {
    EXPECT_EQ(encode(message), text);
  }
}

}  // namespace
}  // namespace iii::protocol
