#include "sdk/registration.hpp"

#include "protocol/to_engine.hpp"
#include "sdk/http_invocation.hpp"

#include <iii/json.hpp>
#include <iii/registration.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {

namespace to_engine = protocol::to_engine;

namespace {

std::string json_or_nothing(const std::optional<Json>& json) {
  return json ? serialize(*json) : std::string();
}

}  // namespace

std::string frame_of(const RegisterFunctionMessage& message) {
  const std::string request = json_or_nothing(message.request_format);
  const std::string response = json_or_nothing(message.response_format);
  const std::string metadata = json_or_nothing(message.metadata);
  const std::string invocation =
      message.invocation ? invocation_json(*message.invocation) : std::string();
  return protocol::encode(to_engine::RegisterFunction{
      .id = message.id,
      .description = message.description ? *message.description : std::string_view(),
      .request_format_json = request,
      .response_format_json = response,
      .metadata_json = metadata,
      .invocation_json = invocation,
  });
}

std::string frame_of(const RegisterServiceMessage& message) {
  return protocol::encode(to_engine::RegisterService{
      .id = message.id,
      .name = message.name.empty() ? message.id : message.name,
      .description = message.description,
      .parent_service_id = message.parent_service_id,
  });
}

std::string frame_of(const RegisterTriggerTypeMessage& message) {
  const std::string trigger_request = json_or_nothing(message.trigger_request_format);
  const std::string call_request = json_or_nothing(message.call_request_format);
  return protocol::encode(to_engine::RegisterTriggerType{
      .id = message.id,
      .description = message.description,
      .trigger_request_format_json = trigger_request,
      .call_request_format_json = call_request,
  });
}

}  // namespace iii::sdk

namespace iii::inline v0 {

Json RegisterFunctionMessage::to_message() const {
  return parse_json(sdk::frame_of(*this)).value();
}

Json RegisterServiceMessage::to_message() const {
  return parse_json(sdk::frame_of(*this)).value();
}

Json RegisterTriggerTypeMessage::to_message() const {
  return parse_json(sdk::frame_of(*this)).value();
}

}  // namespace iii::inline v0
