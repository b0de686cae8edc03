#include "protocol/reader.hpp"

#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/error_body.hpp"
#include "protocol/member.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace iii::protocol {

void Reader::error(std::optional<ErrorBody>& out) {
  const json::Value* value = envelope_.find(Field::error);
  if (value == nullptr) {
    return;
  }
  static constexpr std::array<std::string_view, 3> names = {"code", "message", "stacktrace"};
  InnerMembers members(names);
  if (value->kind != json::Kind::object || json::scan_object(value->text, {}, members)) {
    refuse(Field::error, "must be an object");
    return;
  }
  auto code = members.text(0);
  auto message = members.text(1);
  if (!code || !message) {
    refuse(Field::error, "must have string members 'code' and 'message'");
    return;
  }
  const json::Value& stacktrace = members.value(2);
  if (is_present(stacktrace) && !stacktrace.is_null() && stacktrace.kind != json::Kind::string) {
    refuse(Field::error, "must have a string or nothing as 'stacktrace'");
    return;
  }
  out = ErrorBody{std::move(*code), std::move(*message), members.text(2)};
}

}  // namespace iii::protocol
