// Services: named groups of functions (spec: engine-core §10). They influence no routing;
// engine::services::list shows them.
#pragma once

#include "base/id.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace iii::core {

struct Service {
  std::optional<std::string> description;
  std::optional<std::string> parent;
  std::set<std::string> functions;  // the part of their ids after the first `::`
  // Who sent registerservice last. Such a service stays, also without functions, until this
  // connection ends.
  std::optional<base::ConnectionId> declared_by;
};

class Services {
 public:
  // An id without `::` belongs to no service. False: it would be the first of its service, and
  // there are too many services; the function works without.
  bool on_function_added(std::string_view function_id);
  void on_function_removed(std::string_view function_id);

  // False: there are too many services.
  bool declare(
      base::ConnectionId by,
      std::string_view name,
      std::optional<std::string> description,
      std::optional<std::string> parent
  );
  void on_closed(base::ConnectionId connection);

  [[nodiscard]] const std::map<std::string, Service, std::less<>>& all() const { return services_; }

 private:
  std::map<std::string, Service, std::less<>> services_;
  std::map<base::ConnectionId, std::set<std::string>> declared_;
};

}  // namespace iii::core
