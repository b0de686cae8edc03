#include "workers/http/function_schemas.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "json/scan.hpp"
#include "workers/http/body_schema.hpp"

#include <string>
#include <string_view>

namespace iii::workers::http_worker {

namespace limits = base::limits;

namespace {

class Info final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (json::spells(key, "request_schema") && !value.is_null()) {
      request_schema = value.text;
    }
  }

  std::string_view request_schema;
};

}  // namespace

void FunctionSchemas::learn(
    std::string_view function_id, std::string_view info_json, base::MonotonicTime now
) {
  Info info;
  (void)json::scan_object(info_json, {}, info);
  if (entries_.size() >= limits::http_schemas_max) {
    entries_.clear();
  }
  const auto [found, is_new] = entries_.try_emplace(std::string(function_id));
  Entry& entry = found->second;
  if (is_new || entry.text != info.request_schema) {
    entry.text = info.request_schema;
    entry.schema.reset();
    if (!entry.text.empty()) {
      entry.schema.emplace(BodySchema::read(entry.text));
    }
  }
  entry.asked_at = now;
}

const FunctionSchemas::Schema* FunctionSchemas::find(
    std::string_view function_id, base::MonotonicTime now
) const {
  const auto found = entries_.find(function_id);
  const bool is_known =
      found != entries_.end() && now - found->second.asked_at < limits::http_function_facts_age_max;
  return is_known ? &found->second.schema : nullptr;
}

}  // namespace iii::workers::http_worker
