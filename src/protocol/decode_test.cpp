// The catalogue of spec: wire-protocol §4, from text to typed message.
#include "protocol/decode.hpp"

#include "base/id.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/malformed.hpp"
#include "protocol/member.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii::protocol {
namespace {

using namespace from_worker;

constexpr std::string_view uuid_text = "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de";
const base::InvocationId uuid{*base::Uuid::parse(uuid_text)};

std::string reason(std::string_view text) {
  const Message message = decode(text);
  const auto* malformed = std::get_if<Malformed>(&message);
  return malformed == nullptr ? "accepted" : malformed->reason;
}

template <class T>
T decoded(std::string_view text) {
  Message message = decode(text);
  if (auto* expected = std::get_if<T>(&message)) {
    return std::move(*expected);
  }
  ADD_FAILURE() << "decoded as alternative " << message.index() << ": " << text << " "
                << reason(text);
  return {};
}

TEST(Decode, reads_every_member_of_an_invocation) {
  const auto message = decoded<InvokeFunction>(
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"orders::price","data":{"sku":"A1"},"traceparent":"00-a","baggage":"k=v",)"
      R"("action":{"type":"enqueue","queue":"mail"},"metadata":{"tenant":"acme"},)"
      R"("caller":{"function_id":"f"},"observe_depth":3,"timeout_ms":1500})"
  );
  EXPECT_EQ(message.invocation_id, uuid);
  EXPECT_EQ(message.function_id.text, R"("orders::price")");
  EXPECT_EQ(message.data.text, R"({"sku":"A1"})");
  EXPECT_EQ(message.data.kind, json::Kind::object);
  EXPECT_EQ(message.traceparent.text, R"("00-a")");
  EXPECT_EQ(message.baggage.text, R"("k=v")");
  EXPECT_EQ(message.action, Action::enqueue);
  EXPECT_EQ(message.queue.text, R"("mail")");
  EXPECT_EQ(message.metadata.text, R"({"tenant":"acme"})");
  EXPECT_EQ(message.caller.text, R"({"function_id":"f"})");
  EXPECT_EQ(message.observe_depth.text, "3");
  EXPECT_EQ(message.timeout_ms, 1500U);
}

TEST(Decode, takes_absent_and_null_members_of_an_invocation_for_the_same) {
  for (const std::string_view text : {
           R"({"type":"invokefunction","function_id":"f"})",
           R"({"type":"invokefunction","function_id":"f","invocation_id":null,"data":null,)"
           R"("traceparent":null,"baggage":null,"action":null,"metadata":null,"caller":null,)"
           R"("observe_depth":null,"timeout_ms":null})",
       }) {
    const auto message = decoded<InvokeFunction>(text);
    EXPECT_EQ(message.invocation_id, std::nullopt);
    EXPECT_EQ(message.data.text, "null");
    EXPECT_EQ(message.action, Action::call);
    EXPECT_EQ(message.timeout_ms, std::nullopt);
    for (const json::Value& value :
         {message.traceparent,
          message.baggage,
          message.metadata,
          message.caller,
          message.observe_depth,
          message.queue}) {
      EXPECT_FALSE(is_present(value));
    }
  }
}

TEST(Decode, hands_out_slices_of_the_text_and_copies_nothing) {
  const std::string text = R"({"data":[1, 2],"type":"invokefunction","function_id":"f"})";
  const auto message = decoded<InvokeFunction>(text);
  EXPECT_EQ(message.data.text.data(), text.data() + 8);
  EXPECT_EQ(message.data.text, "[1, 2]");
}

TEST(Decode, tells_that_a_payload_has_the_callers_key_already) {
  for (const auto& [data, expected] : std::initializer_list<std::pair<std::string_view, bool>>{
           {R"({"_caller_worker_id":1})", true},
           {R"({"a":1,"\u005fcaller_worker_id":1})", true},
           {R"({"a":{"_caller_worker_id":1}})", false},
           {R"(["_caller_worker_id"])", false},
       }) {
    const std::string text =
        R"({"type":"invokefunction","function_id":"f","data":)" + std::string(data) + "}";
    EXPECT_EQ(decoded<InvokeFunction>(text).data.has_watched_key, expected) << data;
  }
}

TEST(Decode, knows_a_void_call) {
  for (const std::string_view action :
       {R"({"type":"void"})", R"({ "type": "void" })", R"({"queue":7,"type":"void"})"}) {
    const std::string text =
        R"({"type":"invokefunction","function_id":"f","action":)" + std::string(action) + "}";
    EXPECT_EQ(decoded<InvokeFunction>(text).action, Action::fire_and_forget) << action;
  }
}

TEST(Decode, accepts_every_spelling_of_a_uuid) {
  for (const std::string_view spelling : {
           "2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",
           "2F3F7F0C-51F0-4F9A-A5A4-3F7B16F0C1DE",
           "2f3f7f0c51f04f9aa5a43f7b16f0c1de",
           "2F3F7F0C51F04F9AA5A43F7B16F0C1DE",
           "urn:uuid:2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",
           "{2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de}",
           R"(\u0032f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de)",
       }) {
    const std::string text = R"({"type":"invocationresult","function_id":"f","invocation_id":")" +
                             std::string(spelling) + "\"}";
    EXPECT_EQ(decoded<InvocationResult>(text).invocation_id, uuid) << spelling;
  }
}

TEST(Decode, reads_results) {
  const auto full = decoded<InvocationResult>(
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","result":[null],"traceparent":5,"baggage":{}})"
  );
  EXPECT_EQ(full.result.text, "[null]");
  EXPECT_EQ(full.error, std::nullopt);
  const auto empty = decoded<InvocationResult>(
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","result":null,"error":null})"
  );
  EXPECT_FALSE(is_present(empty.result));
  EXPECT_EQ(empty.error, std::nullopt);
}

TEST(Decode, reads_errors_with_their_escapes) {
  const auto message = decoded<InvocationResult>(
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","error":{"more":1,"code":"E","message":"say \"no\"",)"
      R"("stacktrace":"a\nb"}})"
  );
  EXPECT_EQ(message.error, (ErrorBody{"E", "say \"no\"", "a\nb"}));
  const auto brief = decoded<InvocationResult>(
      R"({"type":"invocationresult","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("function_id":"f","error":{"code":"","message":"","stacktrace":null}})"
  );
  EXPECT_EQ(brief.error, (ErrorBody{"", "", std::nullopt}));
}

TEST(Decode, reads_functions) {
  const auto full = decoded<RegisterFunction>(
      R"({"type":"registerfunction","id":"orders::price","description":"Computes \u20ac",)"
      R"("request_format":{"type": "object"},"response_format":true,"metadata":{"public":true}})"
  );
  EXPECT_EQ(full.id, "orders::price");
  EXPECT_EQ(full.description, "Computes €");
  EXPECT_EQ(full.request_format, R"({"type": "object"})");
  EXPECT_EQ(full.response_format, "true");
  EXPECT_EQ(full.metadata, R"({"public":true})");
  EXPECT_EQ(full.invocation, "");

  const auto brief = decoded<RegisterFunction>(
      R"({"type":"registerfunction","id":"","description":null,"metadata":null,"invocation":null})"
  );
  EXPECT_EQ(brief.id, "");
  EXPECT_EQ(brief.description, std::nullopt);
  EXPECT_EQ(brief.metadata, "");
  EXPECT_EQ(brief.invocation, "");

  EXPECT_EQ(
      decoded<RegisterFunction>(
          R"({"type":"registerfunction","id":"f","invocation":{"url":"http://x"}})"
      )
          .invocation,
      R"({"url":"http://x"})"
  );
  EXPECT_EQ(
      decoded<UnregisterFunction>(R"({"type":"unregisterfunction","id":"f\u002f"})").id, "f/"
  );
}

TEST(Decode, reads_trigger_types) {
  const auto message = decoded<RegisterTriggerType>(
      R"({"type":"registertriggertype","id":"mail","description":"in","namespace":"n",)"
      R"("trigger_request_format":{"a":1},"call_request_format":[]})"
  );
  EXPECT_EQ(message.id, "mail");
  EXPECT_EQ(message.description, "in");
  EXPECT_EQ(message.trigger_request_format, R"({"a":1})");
  EXPECT_EQ(message.call_request_format, "[]");
  EXPECT_EQ(
      decoded<UnregisterTriggerType>(R"({"type":"unregistertriggertype","id":"mail"})").id, "mail"
  );
}

TEST(Decode, reads_triggers) {
  const auto full = decoded<RegisterTrigger>(
      R"({"type":"registertrigger","id":"t","trigger_type":"webhook","function_id":"f",)"
      R"("config":{"path":"/hook"},"metadata":7})"
  );
  EXPECT_EQ(full.id, "t");
  EXPECT_EQ(full.trigger_type, "webhook");
  EXPECT_EQ(full.function_id, "f");
  EXPECT_EQ(full.config, R"({"path":"/hook"})");
  EXPECT_EQ(full.metadata, "7");

  // The official engines drop a trigger without config (spec: wire-protocol §21 T1).
  const auto brief = decoded<RegisterTrigger>(
      R"({"type":"registertrigger","id":"t","trigger_type":"webhook","function_id":"f"})"
  );
  EXPECT_EQ(brief.config, "null");
  EXPECT_EQ(brief.metadata, "");
  EXPECT_EQ(
      decoded<UnregisterTrigger>(R"({"type":"unregistertrigger","id":"t","trigger_type":null})").id,
      "t"
  );
}

TEST(Decode, reads_a_providers_answers) {
  const auto success = decoded<TriggerRegistrationResult>(
      R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f"})"
  );
  EXPECT_EQ(success.error, std::nullopt);
  const auto refusal = decoded<TriggerRegistrationResult>(
      R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
      R"("error":{"code":"c","message":"m"}})"
  );
  EXPECT_EQ(refusal.id, "t");
  EXPECT_EQ(refusal.trigger_type, "w");
  EXPECT_EQ(refusal.function_id, "f");
  EXPECT_EQ(refusal.error, (ErrorBody{"c", "m", std::nullopt}));
}

TEST(Decode, names_a_service_by_its_id_unless_it_has_a_name) {
  const auto named = decoded<RegisterService>(
      R"({"type":"registerservice","id":"s","name":"shop","description":"d",)"
      R"("parent_service_id":"p"})"
  );
  EXPECT_EQ(named.id, "s");
  EXPECT_EQ(named.name, "shop");
  EXPECT_EQ(named.description, "d");
  EXPECT_EQ(named.parent_service_id, "p");
  EXPECT_EQ(decoded<RegisterService>(R"({"type":"registerservice","id":"s"})").name, "s");
  EXPECT_EQ(decoded<RegisterService>(R"({"type":"registerservice","id":"s","name":""})").name, "s");
}

TEST(Decode, reads_reattach_with_and_without_token) {
  const auto message =
      decoded<Reattach>(R"({"type":"reattach","previous_worker_id":"w","reattach_token":"k"})");
  EXPECT_EQ(message.previous_worker_id, "w");
  EXPECT_EQ(message.token, "k");
  EXPECT_EQ(
      decoded<Reattach>(R"({"type":"reattach","previous_worker_id":"","reattach_token":null})")
          .token,
      std::nullopt
  );
}

TEST(Decode, finds_the_type_wherever_it_stands_and_however_it_is_spelt) {
  decoded<Ping>(R"({"type":"ping"})");
  decoded<Ping>(R"(  {"extra":{"type":"x"} , "type" : "ping"}  )");
  decoded<Ping>(R"({"\u0074ype":"p\u0069ng"})");
  EXPECT_EQ(decoded<UnregisterFunction>(R"({"\u0069d":"f","type":"unregisterfunction"})").id, "f");
}

TEST(Decode, ignores_types_that_mean_nothing_to_an_engine) {
  for (const std::string_view type :
       {"pong", "workerregistered", "registrationrejected", "observe", "Ping", ""}) {
    const std::string text = R"({"id":5,"type":")" + std::string(type) + R"(","function_id":[]})";
    EXPECT_EQ(decoded<Ignored>(text).type, type);
  }
  for (const std::string_view space : {"", " ", "\r\n\t "}) {
    EXPECT_EQ(decoded<Ignored>(space).type, "");
  }
}

TEST(Decode, ignores_members_that_it_does_not_know) {
  const auto message = decoded<InvokeFunction>(
      R"({"namespace":"n","type":"invokefunction","":1,"function_id":"f","functionid":[{}],)"
      R"("activation":{"observer_id":"o"},"reattach_token_that_is_longer_than_any_member":0})"
  );
  EXPECT_EQ(message.function_id.text, "\"f\"");
}

TEST(Decode, ignores_the_type_of_members_that_belong_to_other_messages) {
  decoded<Ping>(R"({"type":"ping","id":5,"function_id":{},"error":1,"action":"x","timeout_ms":-1})"
  );
}

struct Refused {
  std::string_view text;
  std::string_view reason;
};

class DecodeRefuses : public testing::TestWithParam<Refused> {};

TEST_P(DecodeRefuses, a_text_with_the_reason) {
  EXPECT_EQ(reason(GetParam().text), GetParam().reason) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    not_an_envelope,
    DecodeRefuses,
    testing::Values(
        Refused{"[]", "not well-formed JSON: not an object at byte 0"},
        Refused{"{", "not well-formed JSON: unexpected end at byte 1"},
        Refused{R"({"type":"ping"} x)", "not well-formed JSON: trailing characters at byte 16"},
        Refused{
            R"({"type":"ping","x":"\ud800"})", "not well-formed JSON: lone surrogate at byte 20"
        },
        Refused{"{}", "member 'type' is required and must be a string"},
        Refused{R"({"type":null})", "member 'type' is required and must be a string"},
        Refused{R"({"type":5})", "member 'type' is required and must be a string"},
        Refused{R"({"type":"ping","type":"ping"})", "member 'type' appears twice"},
        Refused{
            R"({"type":"unregisterfunction","id":null,"\u0069d":"f"})", "member 'id' appears twice"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    calls,
    DecodeRefuses,
    testing::Values(
        Refused{
            R"({"type":"invokefunction"})", "member 'function_id' is required and must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":null})",
            "member 'function_id' is required and must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":7})", "member 'function_id' must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","invocation_id":7})",
            "member 'invocation_id' must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","invocation_id":"7"})",
            "member 'invocation_id' must be a UUID"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","traceparent":{}})",
            "member 'traceparent' must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","baggage":1})",
            "member 'baggage' must be a string"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","action":"void"})",
            "member 'action' must be an object"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","action":{}})",
            "member 'action' must have the type 'void' or 'enqueue'"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","action":{"type":"later"}})",
            "member 'action' must have the type 'void' or 'enqueue'"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","action":{"type":"enqueue"}})",
            "member 'action' of type 'enqueue' must name its 'queue'"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","action":{"type":"enqueue","queue":1}})",
            "member 'action' of type 'enqueue' must name its 'queue'"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","timeout_ms":-1})",
            "member 'timeout_ms' must be a non-negative integer"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","timeout_ms":1.5})",
            "member 'timeout_ms' must be a non-negative integer"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","timeout_ms":"1"})",
            "member 'timeout_ms' must be a non-negative integer"
        },
        Refused{
            R"({"type":"invokefunction","function_id":"f","timeout_ms":18446744073709551616})",
            "member 'timeout_ms' must be a non-negative integer"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    results,
    DecodeRefuses,
    testing::Values(
        Refused{
            R"({"type":"invocationresult","function_id":"f"})", "member 'invocation_id' is required"
        },
        Refused{
            R"({"type":"invocationresult","invocation_id":"2f3f7f0c51f04f9aa5a43f7b16f0c1de"})",
            "member 'function_id' is required and must be a string"
        },
        Refused{
            R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
            R"("error":"no"})",
            "member 'error' must be an object"
        },
        Refused{
            R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
            R"("error":{"message":"no"}})",
            "member 'error' must have string members 'code' and 'message'"
        },
        Refused{
            R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
            R"("error":{"code":1,"message":"no"}})",
            "member 'error' must have string members 'code' and 'message'"
        },
        Refused{
            R"({"type":"triggerregistrationresult","id":"t","trigger_type":"w","function_id":"f",)"
            R"("error":{"code":"","message":"","stacktrace":[]}})",
            "member 'error' must have a string or nothing as 'stacktrace'"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    registrations,
    DecodeRefuses,
    testing::Values(
        Refused{R"({"type":"registerfunction"})", "member 'id' is required and must be a string"},
        Refused{
            R"({"type":"registerfunction","id":"f","description":1})",
            "member 'description' must be a string"
        },
        Refused{R"({"type":"unregisterfunction","id":1})", "member 'id' must be a string"},
        Refused{
            R"({"type":"registertriggertype","id":"t"})",
            "member 'description' is required and must be a string"
        },
        Refused{
            R"({"type":"registertriggertype","id":"t","description":null})",
            "member 'description' is required and must be a string"
        },
        Refused{
            R"({"type":"unregistertriggertype"})", "member 'id' is required and must be a string"
        },
        Refused{
            R"({"type":"registertrigger","id":"t","function_id":"f"})",
            "member 'trigger_type' is required and must be a string"
        },
        Refused{
            R"({"type":"registertrigger","id":"t","trigger_type":"w","function_id":[]})",
            "member 'function_id' must be a string"
        },
        Refused{R"({"type":"unregistertrigger"})", "member 'id' is required and must be a string"},
        Refused{
            R"({"type":"registerservice","name":"s"})",
            "member 'id' is required and must be a string"
        },
        Refused{
            R"({"type":"registerservice","id":"s","name":1})", "member 'name' must be a string"
        },
        Refused{
            R"({"type":"reattach"})", "member 'previous_worker_id' is required and must be a string"
        },
        Refused{
            R"({"type":"reattach","previous_worker_id":"w","reattach_token":1})",
            "member 'reattach_token' must be a string"
        }
    )
);

TEST(Decode, finds_in_a_refused_message_what_is_needed_to_answer_it) {
  const auto call = decoded<Malformed>(R"({"type":"invokefunction","function_id":"f\"","action":5,)"
                                       R"("invocation_id":"2F3F7F0C51F04F9AA5A43F7B16F0C1DE"})");
  EXPECT_EQ(call.type, "invokefunction");
  EXPECT_EQ(call.invocation_id, uuid);
  EXPECT_EQ(call.function_id, "f\"");

  const auto trigger =
      decoded<Malformed>(R"({"type":"registertrigger","id":"t","trigger_type":"w","function_id":7})"
      );
  EXPECT_EQ(trigger.trigger_id, "t");
  EXPECT_EQ(trigger.trigger_type, "w");
  EXPECT_EQ(trigger.function_id, "");
}

TEST(Decode, finds_in_broken_json_what_stands_before_the_break) {
  const auto message = decoded<Malformed>(
      R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
      R"("data":{]})"
  );
  EXPECT_EQ(message.type, "invokefunction");
  EXPECT_EQ(message.invocation_id, uuid);
  EXPECT_EQ(message.function_id, "");
}

TEST(Decode, takes_no_id_from_a_refused_message_that_is_no_uuid) {
  const auto message =
      decoded<Malformed>(R"({"type":"invokefunction","function_id":1,"invocation_id":"abc"})");
  EXPECT_EQ(message.invocation_id, std::nullopt);
}

}  // namespace
}  // namespace iii::protocol
