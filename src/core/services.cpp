#include "core/services.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

void Services::on_function_added(std::string_view function_id) {
  if (const auto parts = split(function_id)) {
    services_[std::string(parts->service)].functions.emplace(parts->function);
  }
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
  service.declared_by = by;
  return true;
}

void Services::on_closed(base::ConnectionId connection) {
  for (auto& [name, service] : services_) {
    if (service.declared_by == connection) {
      service.declared_by.reset();
    }
  }
  std::erase_if(services_, [](const auto& entry) {
    return !entry.second.declared_by && entry.second.functions.empty();
  });
}

}  // namespace iii::core
