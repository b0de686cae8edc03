// The routes of all `http` triggers (spec: http §3, §4). A key is a method and a path; a later
// registration of a key comes before the earlier one, which serves again when the later one goes.
// Pure.
#pragma once

#include "http/router.hpp"
#include "protocol/to_worker.hpp"
#include "workers/http/route_metrics.hpp"

#include <iii/engine_error.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace iii::workers::http_worker {

// Who answers: the function of the route, or the worker itself.
enum class Service : std::uint8_t { function, openapi, openapi_page, files };

struct Route {
  std::string trigger_id;  // of no meaning where the worker itself answers
  std::string function_id;
  http::Method method = http::Method::get;
  std::string path;  // as registered
  std::string condition_function_id;
  std::vector<std::string> middleware;
  std::optional<std::chrono::milliseconds> timeout;
  bool validates_request = false;
  Service service = Service::function;
  std::size_t folder = 0;               // of files
  std::shared_ptr<RouteCounts> counts;  // if routes are counted
  std::string metadata_json;
  // `,"path":…,"trigger":{…}` of the payload.
  std::string payload_json;
};

// What a trigger's configuration asks for. The error says what is wrong with it.
[[nodiscard]] EngineResult<Route> read_route(const protocol::to_worker::RegisterTrigger& trigger);

class RouteTable {
 public:
  [[nodiscard]] EngineStatus check(const Route& route) const;
  // Replaces what the trigger had before; an error leaves everything as it was. A route of the
  // worker itself is no trigger's, and stays.
  EngineStatus add(Route route);
  void remove(std::string_view trigger_id);

  struct Finding {
    std::shared_ptr<const Route> route;  // null: none
    unsigned methods = 0;                // as http::Router::Finding
  };
  [[nodiscard]] Finding find(std::string_view method, std::string_view path) const;
  [[nodiscard]] std::size_t size() const { return by_trigger_.size(); }
  // Another one after each change.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // Those that serve, in the order of method and path.
  template <class Visit>
  void visit(Visit visit) const {
    for (const auto& [name, key] : keys_) {
      visit(*key->routes.back());
    }
  }

 private:
  using RouteId = http::Router::RouteId;
  struct Key {
    std::string name;  // "GET /path"
    http::Method method;
    std::string path;
    RouteId id = 0;
    std::vector<std::shared_ptr<const Route>> routes;  // the last one serves; never empty
  };
  using Keys = std::map<std::string, std::unique_ptr<Key>, std::less<>>;

  [[nodiscard]] static std::string key_of(const Route& route);

  Keys keys_;
  std::unordered_map<std::string, std::string> by_trigger_;  // the key
  std::vector<Key*> by_id_ = {nullptr};
  std::vector<RouteId> free_ids_;
  http::Router router_;
  std::uint64_t version_ = 0;
};

}  // namespace iii::workers::http_worker
