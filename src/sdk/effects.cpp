#include "sdk/effects.hpp"

#include "protocol/error_body.hpp"

#include <iii/options.hpp>

#include <optional>
#include <ostream>
#include <variant>

namespace iii::inline v0 {

const char* to_string(ConnectionState state) noexcept {
  switch (state) {
    case ConnectionState::disconnected:
      return "disconnected";
    case ConnectionState::connecting:
      return "connecting";
    case ConnectionState::connected:
      return "connected";
    case ConnectionState::reconnecting:
      return "reconnecting";
    case ConnectionState::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace iii::inline v0

namespace iii::sdk {
namespace {

const char* name(EndCall::How how) {
  switch (how) {
    case EndCall::How::result:
      return "result";
    case EndCall::How::remote_error:
      return "error";
    case EndCall::How::timeout:
      return "timeout";
    case EndCall::How::not_connected:
      return "not connected";
    case EndCall::How::rejected:
      return "rejected";
    case EndCall::How::cancelled:
      return "cancelled";
  }
  return "unknown";
}

const char* name(Report::Level level) {
  switch (level) {
    case Report::Level::debug:
      return "debug";
    case Report::Level::info:
      return "info";
    case Report::Level::warn:
      return "warn";
    case Report::Level::error:
      return "error";
  }
  return "unknown";
}

void print(std::ostream& out, const OpenConnection&) {
  out << "open";
}
void print(std::ostream& out, const DropConnection&) {
  out << "drop";
}
void print(std::ostream& out, const CloseConnection& effect) {
  out << "close " << effect.code << ' ' << effect.reason;
}
void print(std::ostream& out, const SendText& effect) {
  out << "send " << effect.text;
}
void print(std::ostream& out, const SendKept& effect) {
  out << "send " << effect.text;
}
void print(std::ostream& out, const SendPing&) {
  out << "ping";
}
void print(std::ostream& out, const ChangeState& effect) {
  out << "state " << to_string(effect.state);
}
void print(std::ostream& out, const Finish&) {
  out << "finish";
}
void print(std::ostream& out, const RunFunction& effect) {
  out << "run " << effect.function_id << ' ' << effect.data_json;
  if (!effect.metadata_json.empty()) {
    out << " metadata " << effect.metadata_json;
  }
  if (!effect.traceparent.empty()) {
    out << " traceparent " << effect.traceparent;
  }
  if (!effect.baggage.empty()) {
    out << " baggage " << effect.baggage;
  }
  if (!effect.caller_json.empty()) {
    out << " caller " << effect.caller_json;
  }
  if (!effect.invocation_id) {
    out << " without answer";
  }
}
void print(std::ostream& out, const ConfigureTrigger& effect) {
  out << "configure " << effect.trigger_type << ' ' << effect.id << " for " << effect.function_id
      << ' ' << effect.config_json;
  if (!effect.metadata_json.empty()) {
    out << " metadata " << effect.metadata_json;
  }
}
void print(std::ostream& out, const RemoveTrigger& effect) {
  out << "remove " << effect.trigger_type << ' ' << effect.id;
}
void print_error(std::ostream& out, const std::optional<protocol::ErrorBody>& error) {
  if (error) {
    out << ' ' << *error;
  }
}
void print(std::ostream& out, const EndCall& effect) {
  out << "end " << name(effect.how);
  if (!effect.result_json.empty()) {
    out << ' ' << effect.result_json;
  }
  print_error(out, effect.error);
  if (!effect.reason.empty()) {
    out << ": " << effect.reason;
  }
}
void print(std::ostream& out, const AnswerTrigger& effect) {
  out << "trigger " << effect.id;
  print_error(out, effect.error);
}
void print(std::ostream& out, const FunctionRejected& effect) {
  out << "rejected " << effect.rejection.function_id.value_or("");
}
void print(std::ostream& out, const Report& effect) {
  out << name(effect.level) << ": " << effect.text;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Effect& effect) {
  std::visit([&out](const auto& alternative) { print(out, alternative); }, effect);
  return out;
}

}  // namespace iii::sdk
