#include "simulation/texts.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace iii::simulation::texts {
namespace {

// Pieces of text, one after the other.
template <class... Piece>
std::string joined(const Piece&... piece) {
  std::string text;
  (text.append(piece), ...);
  return text;
}

}  // namespace

std::string invoke(const Invoke& call) {
  std::string text = R"({"type":"invokefunction")";
  if (!call.id.empty()) {
    text.append(R"(,"invocation_id":")").append(call.id).append("\"");
  }
  text.append(R"(,"function_id":")").append(call.function).append("\"");
  text.append(R"(,"data":)").append(call.data);
  if (call.delivery == Delivery::fire_and_forget) {
    text.append(R"(,"action":{"type":"void"})");
  } else if (call.delivery == Delivery::enqueued) {
    text.append(R"(,"action":{"type":"enqueue","queue":"q"})");
  }
  if (call.timeout_ms) {
    text.append(R"(,"timeout_ms":)").append(std::to_string(*call.timeout_ms));
  }
  if (call.has_trace) {
    text.append(R"(,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")");
    text.append(R"(,"baggage":"tenant=blue","metadata":{"retries":1})");
  }
  return text.append("}");
}

std::string result(std::string_view id, std::string_view function, std::string_view json) {
  return joined(
      R"({"type":"invocationresult","invocation_id":")",
      id,
      R"(","function_id":")",
      function,
      R"(","result":)",
      json,
      "}"
  );
}

std::string failure(std::string_view id, std::string_view function) {
  return joined(
      R"({"type":"invocationresult","invocation_id":")",
      id,
      R"(","function_id":")",
      function,
      R"(","error":{"code":"invocation_failed","message":"No luck today","stacktrace":"here"}})"
  );
}

std::string garbage_result(std::size_t kind, std::string_view id) {
  constexpr std::array<std::string_view, garbage_kinds> ends = {
      R"(","function_id":"f0","error":{"code":5}})",
      R"(","function_id":"f0","result":{"cut":)",
      R"(","function_id":"f0","result":1,"result":2})",
      R"("})",
  };
  return joined(R"({"type":"invocationresult","invocation_id":")", id, ends[kind]);
}

std::string malformed(std::size_t kind, std::string_view id) {
  constexpr std::array<std::string_view, malformed_kinds> texts = {
      R"({"type":"invokefunction","invocation_id":"ID","function_id":"f0","data":[1,2)",
      R"({"type":"invokefunction","invocation_id":"ID","data":{}})",
      R"({"type":"invokefunction","invocation_id":"ID","function_id":"f0","action":{"type":"x"}})",
      R"({"type":"invokefunction","invocation_id":"no uuid","function_id":"f0","data":{}})",
      R"({"type":"registertrigger","id":"t0"})",
      R"({"type":"registerfunction","id":7})",
      R"({"type":"a message of the future","id":"f0"})",
      R"({"type":5})",
      "[]",
      " \n",
  };
  std::string text(texts[kind]);
  if (const std::size_t at = text.find("ID"); at != std::string::npos) {
    text.replace(at, 2, id);
  }
  return text;
}

std::string hex(char character) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(character);
  return {digits[byte >> 4U], digits[byte & 15U]};
}

std::string about(std::string_view type, std::string_view id) {
  return joined(
      R"({"type":")", type, R"(","id":")", id, R"(","name":")", id, R"(","description":""})"
  );
}

std::string register_trigger(const TriggerText& trigger) {
  const std::string config =
      trigger.condition.empty()
          ? std::string("{}")
          : joined(R"({"condition_function_id":")", trigger.condition, R"("})");
  return joined(
      R"({"type":"registertrigger","id":")",
      trigger.id,
      R"(","trigger_type":")",
      trigger.trigger_type,
      R"(","function_id":")",
      trigger.function,
      R"(","config":)",
      config,
      "}"
  );
}

std::string trigger_answer(const TriggerText& trigger, bool is_accepted) {
  return joined(
      R"({"type":"triggerregistrationresult","id":")",
      trigger.id,
      R"(","trigger_type":")",
      trigger.trigger_type,
      R"(","function_id":")",
      trigger.function,
      is_accepted ? R"("})" : R"(","error":{"code":"refused","message":"Not to my taste"}})"
  );
}

std::string reattach(std::string_view worker_id, std::string_view token) {
  return joined(
      R"({"type":"reattach","previous_worker_id":")",
      worker_id,
      R"(","reattach_token":")",
      token,
      R"("})"
  );
}

}  // namespace iii::simulation::texts
