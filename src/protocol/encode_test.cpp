// The exact texts of what the engine sends (spec: wire-protocol §4).
#include "base/id.hpp"
#include "base/random.hpp"
#include "json/scan.hpp"
#include "protocol/decode.hpp"
#include "protocol/error_body.hpp"
#include "protocol/to_worker.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace iii::protocol {
namespace {

using namespace to_worker;

const base::InvocationId invocation_id{*base::Uuid::parse("2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de")};
const base::WorkerId worker_id{*base::Uuid::parse("77d5cf0f-0b43-4d25-a4a4-0a4d7b8f3d1b")};

TEST(Encode, writes_an_invocation_with_nothing_but_what_it_needs) {
  EXPECT_EQ(
      encode(InvokeFunction{
          .invocation_id = invocation_id,
          .function_id_json = R"("orders::price")",
          .data_json = "null"
      }),
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"orders::price","data":null})"
  );
}

TEST(Encode, writes_every_member_of_an_invocation) {
  EXPECT_EQ(
      encode(InvokeFunction{
          .invocation_id = invocation_id,
          .function_id_json = R"("f\u0041")",
          .data_json = R"({"a": 1})",
          .caller = worker_id,
          .traceparent_json = R"("t")",
          .baggage_json = R"("b")",
          .metadata_json = "{}",
          .caller_json = R"({"worker_id":"w"})",
          .observe_depth_json = "2"
      }),
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f\u0041",)"
      R"("data":{"_caller_worker_id":"77d5cf0f-0b43-4d25-a4a4-0a4d7b8f3d1b","a": 1},)"
      R"("traceparent":"t","baggage":"b","metadata":{},"caller":{"worker_id":"w"},)"
      R"("observe_depth":2})"
  );
}

std::string data_sent(std::string_view data, std::optional<base::WorkerId> caller = worker_id) {
  const std::string text = encode(InvokeFunction{
      .invocation_id = invocation_id,
      .function_id_json = R"("f")",
      .data_json = data,
      .caller = caller
  });
  EXPECT_EQ(json::validate(text), std::nullopt) << text;
  const std::size_t start = text.find(R"("data":)") + 7;
  return text.substr(start, text.size() - start - 1);
}

TEST(Encode, puts_the_caller_in_front_of_the_members_of_an_object) {
  const std::string key = R"("_caller_worker_id":"77d5cf0f-0b43-4d25-a4a4-0a4d7b8f3d1b")";
  EXPECT_EQ(data_sent("{}"), "{" + key + "}");
  EXPECT_EQ(data_sent("{ \t\r\n}"), "{" + key + "}");
  EXPECT_EQ(data_sent(R"({"a":1})"), "{" + key + R"(,"a":1})");
  EXPECT_EQ(data_sent("{ \n \"a\" : {} } "), "{" + key + R"(,"a" : {} } )");
  EXPECT_EQ(data_sent(R"({"a":1})", std::nullopt), R"({"a":1})");
}

TEST(Encode, leaves_a_payload_that_is_no_object_as_it_is) {
  for (const std::string_view data :
       {"null", "true", "-1.50e+2", R"("{}")", "[]", R"([{"a":1}])"}) {
    EXPECT_EQ(data_sent(data), data);
  }
}

TEST(Encode, writes_results) {
  EXPECT_EQ(
      encode(InvocationResult{
          .invocation_id = invocation_id, .function_id_json = R"("f")", .result_json = "[1]"
      }),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","result":[1]})"
  );
  EXPECT_EQ(
      encode(InvocationResult{
          .invocation_id = invocation_id,
          .function_id_json = R"("f")",
          .traceparent_json = R"("")",
          .baggage_json = R"("x")"
      }),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","traceparent":"","baggage":"x"})"
  );
}

TEST(Encode, writes_an_error_instead_of_a_result_and_escapes_it) {
  EXPECT_EQ(
      encode(InvocationResult{
          .invocation_id = invocation_id,
          .function_id_json = R"("f")",
          .result_json = "1",
          .error = ErrorBody{"E\"1", "line\nbreak\x01", "at \\ home"},
          .traceparent_json = R"("t")"
      }),
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","error":{"code":"E\"1","message":"line\nbreak\u0001",)"
      R"("stacktrace":"at \\ home"},"traceparent":"t"})"
  );
}

struct Text {
  Message message;
  std::string_view text;
};

TEST(Encode, writes_the_other_messages) {
  const std::array texts = {
      Text{
          WorkerRegistered{worker_id, invocation_id.value()},
          R"({"type":"workerregistered","worker_id":"77d5cf0f-0b43-4d25-a4a4-0a4d7b8f3d1b",)"
          R"("reattach_token":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de"})"
      },
      Text{
          RegisterTrigger{"t\"", "w\\", "f\t", R"({"p": 1})", "[]"},
          R"({"type":"registertrigger","id":"t\"","trigger_type":"w\\","function_id":"f\t",)"
          R"("config":{"p": 1},"metadata":[]})"
      },
      Text{
          RegisterTrigger{"t", "w", "f", "null", ""},
          R"({"type":"registertrigger","id":"t","trigger_type":"w","function_id":"f",)"
          R"("config":null})"
      },
      Text{
          UnregisterTrigger{"t", "w"}, R"({"type":"unregistertrigger","id":"t","trigger_type":"w"})"
      },
      Text{
          TriggerRegistrationResult{"t", "w", "f", {"c", "m", {}}},
          R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
          R"("error":{"code":"c","message":"m"}})"
      },
      Text{
          RegistrationRejected{"state::get", ""},
          R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT",)"
          R"("namespace":"default","function_id":"state::get","owner_worker_id":""})"
      },
      Text{Pong{}, R"({"type":"pong"})"},
  };
  for (const auto& [message, text] : texts) {
    EXPECT_EQ(encode(message), text);
    std::ostringstream printed;
    printed << message;
    EXPECT_EQ(printed.str(), text);
  }
}

// Arbitrary messages, the same in every run.
class Arbitrary {
 public:
  explicit Arbitrary(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_.next() % limit); }
  bool maybe() { return below(2) == 0; }

  std::string text() {
    static constexpr std::array<std::string_view, 8> pieces = {
        "", "a", "orders::price", "\"", "\\", "\n", "\x01", "é€😀"
    };
    std::string out;
    for (std::size_t count = below(5); count > 0; --count) {
      out += pieces[below(pieces.size())];
    }
    return out;
  }
  std::string json(int depth = 0) {
    switch (below(depth > 3 ? 4 : 6)) {
      case 0:
        return "null";
      case 1:
        return "false";
      case 2:
        return std::to_string(random_.next());
      case 3:
        return json::quoted(text());
      case 4:
        return maybe() ? "[ ]" : "[" + json(depth + 1) + " ," + json(depth + 1) + "]";
      default:
        return maybe() ? "{ }" : "{ " + json::quoted("k" + text()) + ":" + json(depth + 1) + "}";
    }
  }
  std::string maybe_json() { return maybe() ? json() : ""; }
  std::string maybe_string() { return maybe() ? json::quoted(text()) : ""; }
  ErrorBody error() { return {text(), text(), maybe() ? std::optional(text()) : std::nullopt}; }
  base::Uuid uuid() { return base::Uuid::random(random_); }

 private:
  base::SeededRandom random_;
};

constexpr std::uint64_t rounds = 500;

TEST(Encode, writes_exactly_as_many_bytes_as_it_measured) {
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    Arbitrary any(seed);
    const std::string function = json::quoted(any.text());
    const std::array texts = {
        any.json(), any.maybe_string(), any.maybe_string(), any.maybe_json(), any.maybe_json()
    };
    const std::array<Message, 5> messages = {
        InvokeFunction{
            .invocation_id = base::InvocationId(any.uuid()),
            .function_id_json = function,
            .data_json = texts[0],
            .caller = any.maybe() ? std::optional(base::WorkerId(any.uuid())) : std::nullopt,
            .traceparent_json = texts[1],
            .baggage_json = texts[2],
            .metadata_json = texts[3],
            .caller_json = texts[4]
        },
        InvocationResult{
            .invocation_id = base::InvocationId(any.uuid()),
            .function_id_json = function,
            .result_json = texts[3],
            .error = any.maybe() ? std::optional(any.error()) : std::nullopt,
            .traceparent_json = texts[1],
            .baggage_json = texts[2]
        },
        RegisterTrigger{any.text(), any.text(), any.text(), texts[0], texts[3]},
        TriggerRegistrationResult{any.text(), any.text(), any.text(), any.error()},
        RegistrationRejected{any.text(), any.text()}
    };
    for (const Message& message : messages) {
      constexpr char untouched = '\x7f';
      std::string room(encoded_size(message) + 1, untouched);
      const char* const end = encode(message, room.data());
      ASSERT_EQ(end, room.data() + room.size() - 1) << message;
      ASSERT_EQ(room.back(), untouched) << message;
      room.pop_back();
      ASSERT_EQ(room, encode(message));
      ASSERT_EQ(json::validate(room), std::nullopt) << room;
    }
  }
}

TEST(Encode, writes_what_the_decoder_reads_back) {
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    Arbitrary any(seed);
    const std::string function = json::quoted(any.text());
    const std::string data = any.json();
    const std::string baggage = any.maybe_string();
    const std::string metadata = any.maybe_json();
    const base::InvocationId id(any.uuid());
    const std::string invoke_text = encode(InvokeFunction{
        .invocation_id = id,
        .function_id_json = function,
        .data_json = data,
        .baggage_json = baggage,
        .metadata_json = metadata
    });
    const auto invoke = std::get<from_worker::InvokeFunction>(decode(invoke_text));
    EXPECT_EQ(invoke.invocation_id, id);
    EXPECT_EQ(invoke.function_id.text, function);
    EXPECT_EQ(invoke.data.text, data);
    EXPECT_EQ(invoke.baggage.text, baggage);
    EXPECT_EQ(invoke.metadata.text, metadata == "null" ? "" : metadata);

    const InvocationResult sent{
        .invocation_id = id,
        .function_id_json = function,
        .result_json = data,
        .error = any.maybe() ? std::optional(any.error()) : std::nullopt
    };
    const std::string result_text = encode(sent);
    const auto result = std::get<from_worker::InvocationResult>(decode(result_text));
    EXPECT_EQ(result.invocation_id, id);
    EXPECT_EQ(result.error, sent.error);
    EXPECT_EQ(result.result.text, sent.error || data == "null" ? "" : data);

    const RegisterTrigger trigger{any.text(), any.text(), any.text(), data, metadata};
    const auto read = std::get<from_worker::RegisterTrigger>(decode(encode(trigger)));
    EXPECT_EQ(read.id, trigger.id);
    EXPECT_EQ(read.trigger_type, trigger.trigger_type);
    EXPECT_EQ(read.function_id, trigger.function_id);
    EXPECT_EQ(read.config, data);
    EXPECT_EQ(read.metadata, metadata == "null" ? "" : metadata);
  }
}

}  // namespace
}  // namespace iii::protocol
