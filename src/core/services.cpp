#include "core/services.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {
namespace {

struct Split {
  std::string_view service;
  std::string_view function;
};

std::optional<Split> split(std::string_view function_id) {
  const std::size_t colons = function_id.find("::");
  if (colons == std::string_view::npos) {
    return std::nullopt;
  }
  return Split{function_id.substr(0, colons), function_id.substr(colons + 2)};
}

}  // namespace

bool Services::on_function_added(std::string_view function_id) {
  const auto parts = split(function_id);
  if (!parts) {
    return true;
  }
  const auto found = services_.find(parts->service);
  if (found != services_.end()) {
    found->second.functions.emplace(parts->function);
    return true;
  }
  if (services_.size() >= base::limits::services_max) {
    return false;
  }
  services_[std::string(parts->service)].functions.emplace(parts->function);
  return true;
}

void Services::on_function_removed(std::string_view function_id) {
  const auto parts = split(function_id);
  if (!parts) {
    return;
  }
  const auto found = services_.find(parts->service);
  if (found == services_.end()) {
    return;
  }
  found->second.functions.erase(std::string(parts->function));
  if (found->second.functions.empty() && !found->second.declared_by) {
    services_.erase(found);
  }
}

bool Services::declare(
    base::ConnectionId by,
    std::string_view name,
    std::optional<std::string> description,
    std::optional<std::string> parent
) {
  const auto found = services_.find(name);
  if (found == services_.end() && services_.size() >= base::limits::services_max) {
    return false;
  }
  Service& service = found == services_.end() ? services_[std::string(name)] : found->second;
  service.description = std::move(description);
  service.parent = std::move(parent);
  if (service.declared_by && *service.declared_by != by) {
    declared_[*service.declared_by].erase(std::string(name));
  }
  service.declared_by = by;
  declared_[by].emplace(name);
  return true;
}

void Services::on_closed(base::ConnectionId connection) {
  const auto names = declared_.extract(connection);
  if (names.empty()) {
    return;
  }
  for (const std::string& name : names.mapped()) {
    const auto found = services_.find(name);
    found->second.declared_by.reset();
    if (found->second.functions.empty()) {
      services_.erase(found);
    }
  }
}

}  // namespace iii::core
