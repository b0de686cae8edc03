#include "support/core_texts.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace iii::test {
namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += part;
  }
  return text;
}

}  // namespace

std::string uuid(unsigned number) {
  const std::string digits = std::to_string(number);
  return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

std::string call(
    std::string_view id, std::string_view function, std::string_view data, std::string_view more
) {
  return invocation(id, function, data, more);
}

std::string fire_and_forget(
    std::string_view function, std::string_view data, std::string_view more
) {
  return joined(
      {R"({"type":"invokefunction","function_id":")",
       function,
       R"(","action":{"type":"void"},"data":)",
       data,
       more,
       "}"}
  );
}

std::string enqueue(
    std::string_view id,
    std::string_view function,
    std::string_view queue,
    std::string_view data,
    std::string_view more
) {
  return joined(
      {R"({"type":"invokefunction","invocation_id":")",
       id,
       R"(","function_id":")",
       function,
       R"(","action":{"type":"enqueue","queue":")",
       queue,
       R"("},"data":)",
       data,
       more,
       "}"}
  );
}

std::string register_function(std::string_view id, std::string_view more) {
  return joined({R"({"type":"registerfunction","id":")", id, "\"", more, "}"});
}

std::string unregister_function(std::string_view id) {
  return joined({R"({"type":"unregisterfunction","id":")", id, "\"}"});
}

std::string register_trigger_type(
    std::string_view id, std::string_view description, std::string_view more
) {
  return joined(
      {R"({"type":"registertriggertype","id":")",
       id,
       R"(","description":")",
       description,
       "\"",
       more,
       "}"}
  );
}

std::string unregister_trigger_type(std::string_view id) {
  return joined({R"({"type":"unregistertriggertype","id":")", id, "\"}"});
}

std::string accept_trigger(std::string_view id, std::string_view type, std::string_view function) {
  return joined(
      {R"({"type":"triggerregistrationresult","id":")",
       id,
       R"(","trigger_type":")",
       type,
       R"(","function_id":")",
       function,
       "\"}"}
  );
}

std::string reattach(std::string_view worker_id, std::string_view token) {
  return joined(
      {R"({"type":"reattach","previous_worker_id":")",
       worker_id,
       R"(","reattach_token":")",
       token,
       "\"}"}
  );
}

std::string invocation(
    std::string_view id, std::string_view function, std::string_view data, std::string_view more
) {
  return joined(
      {R"({"type":"invokefunction","invocation_id":")",
       id,
       R"(","function_id":")",
       function,
       R"(","data":)",
       data,
       more,
       "}"}
  );
}

std::string result(
    std::string_view id, std::string_view function, std::string_view json, std::string_view more
) {
  return no_result(id, function, joined({R"(,"result":)", json, more}));
}

std::string no_result(std::string_view id, std::string_view function, std::string_view more) {
  return joined(
      {R"({"type":"invocationresult","invocation_id":")",
       id,
       R"(","function_id":")",
       function,
       "\"",
       more,
       "}"}
  );
}

std::string failure(
    std::string_view id,
    std::string_view function,
    std::string_view code,
    std::string_view message,
    std::string_view more
) {
  return no_result(
      id,
      function,
      joined({R"(,"error":{"code":")", code, R"(","message":")", message, "\"}", more})
  );
}

std::string register_trigger(
    std::string_view id,
    std::string_view type,
    std::string_view function,
    std::string_view config,
    std::string_view more
) {
  return joined(
      {R"({"type":"registertrigger","id":")",
       id,
       R"(","trigger_type":")",
       type,
       R"(","function_id":")",
       function,
       R"(","config":)",
       config,
       more,
       "}"}
  );
}

std::string unregister_trigger(std::string_view id, std::string_view type) {
  return joined({R"({"type":"unregistertrigger","id":")", id, R"(","trigger_type":")", type, "\"}"}
  );
}

std::string refuse_trigger(
    std::string_view id,
    std::string_view type,
    std::string_view function,
    std::string_view code,
    std::string_view message
) {
  return joined(
      {R"({"type":"triggerregistrationresult","id":")",
       id,
       R"(","trigger_type":")",
       type,
       R"(","function_id":")",
       function,
       R"(","error":{"code":")",
       code,
       R"(","message":")",
       message,
       "\"}}"}
  );
}

}  // namespace iii::test
