#include "core/condition.hpp"

#include "json/scan.hpp"

#include <optional>
#include <string>

namespace iii::core {
namespace {

class ConditionMember final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (!json::spells(key, "condition_function_id")) {
      return;
    }
    function_id.reset();  // of repeated keys the last counts
    if (value.kind == json::Kind::string) {
      function_id = json::decode_string(value);
    }
  }

  std::optional<std::string> function_id;
};

}  // namespace

std::optional<std::string> condition_function(std::string_view config_json) {
  ConditionMember member;
  if (json::scan_object(config_json, {}, member)) {
    return std::nullopt;
  }
  return member.function_id;
}

}  // namespace iii::core
