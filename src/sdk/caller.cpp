#include "sdk/caller.hpp"

#include <iii/context.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {
namespace {

std::string text_of(const JsonObject& object, std::string_view name) {
  const Json* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Caller caller_of(const JsonObject& object) {
  return {
      .worker_id = text_of(object, "worker_id"),
      .worker_name = text_of(object, "worker_name"),
      .function_id = text_of(object, "function_id"),
      .invocation_id = text_of(object, "invocation_id"),
      .parent = nullptr,
  };
}

}  // namespace

std::optional<Caller> read_caller(std::string_view json) {
  const Result<Json> value = json.empty() ? Result<Json>(Json()) : parse_json(json);
  const JsonObject* const object = value ? value->if_object() : nullptr;
  if (object == nullptr) {
    return std::nullopt;
  }
  Caller caller = caller_of(*object);
  const Json* const parent = object->if_contains("parent");
  if (parent != nullptr && parent->is_object()) {
    caller.parent = std::make_shared<const Caller>(caller_of(parent->get_object()));
  }
  return caller;
}

}  // namespace iii::sdk

namespace iii::inline v0 {

std::shared_ptr<const Invocation> current_invocation() {
  return detail::current_context_slot().context.invocation();
}

}  // namespace iii::inline v0
