#include "workers/http/route_table.hpp"

#include "base/limits.hpp"
#include "http/router.hpp"
#include "json/scan.hpp"
#include "protocol/to_worker.hpp"

#include <iii/engine_error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

namespace limits = base::limits;
namespace json_tree = boost::json;

namespace {

EngineError refused(std::string message) {
  return {EngineErrorCode::invalid_argument, std::move(message)};
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return result;
}

const json_tree::string* text_of(const json_tree::object& config, std::string_view key) {
  const json_tree::value* value = config.if_contains(key);
  return value == nullptr ? nullptr : value->if_string();
}

std::string payload_of(const Route& route) {
  const std::string path = json::quoted(route.path);
  const std::string_view method = to_string(route.method);
  std::string text = R"(,"path":)" + path + R"(,"trigger":{"type":"http","path":)" + path;
  return text.append(R"(,"method":")").append(method).append("\"}");
}

EngineStatus read_timeout(const json_tree::object& config, Route& route) {
  const json_tree::value* value = config.if_contains("timeout_ms");
  if (value == nullptr || value->is_null()) {
    return {};
  }
  const auto* number = value->if_int64();
  if (number == nullptr || *number < 1 || *number > limits::http_timeout_max.count()) {
    return refused(
        "timeout_ms must be a number of milliseconds from 1 to " +
        std::to_string(limits::http_timeout_max.count())
    );
  }
  route.timeout = std::chrono::milliseconds(*number);
  return {};
}

EngineStatus read_validation(const json_tree::object& config, Route& route) {
  const json_tree::value* value = config.if_contains("validate_request");
  if (value == nullptr || value->is_null()) {
    return {};
  }
  if (!value->is_bool()) {
    return refused("validate_request must be true or false");
  }
  route.validates_request = value->get_bool();
  return {};
}

EngineStatus read_method(const json_tree::object& config, Route& route) {
  const json_tree::string* method = text_of(config, "http_method");
  if (method == nullptr) {
    return {};
  }
  const auto known = http::parse_method(upper(*method));
  if (!known) {
    return refused(
        "http_method '" + std::string(*method) +
        "' is not served; it is one of GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS"
    );
  }
  route.method = *known;
  return {};
}

EngineStatus read_middleware(const json_tree::object& config, Route& route) {
  const json_tree::value* list = config.if_contains("middleware_function_ids");
  if (list == nullptr || !list->is_array()) {
    return {};
  }
  for (const json_tree::value& id : list->get_array()) {
    if (id.is_string()) {
      route.middleware.emplace_back(id.get_string());
    }
  }
  if (route.middleware.size() > limits::http_middleware_max) {
    return refused(
        "middleware_function_ids has more than " + std::to_string(limits::http_middleware_max) +
        " functions"
    );
  }
  return {};
}

bool is_of(const Route& route, std::string_view trigger_id) {
  return route.service == Service::function && route.trigger_id == trigger_id;
}

}  // namespace

EngineResult<Route> read_route(const protocol::to_worker::RegisterTrigger& trigger) {
  json_tree::error_code error;
  json_tree::parse_options options;
  options.max_depth = limits::json_depth_max + 1;
  const json_tree::value tree = json_tree::parse(trigger.config_json, error, {}, options);
  const json_tree::object* config = error ? nullptr : tree.if_object();
  const json_tree::string* path = config == nullptr ? nullptr : text_of(*config, "api_path");
  if (path == nullptr) {
    return refused("api_path is required for http triggers");
  }
  if (path->size() > limits::http_path_bytes_max) {
    return refused(
        "api_path has more than " + std::to_string(limits::http_path_bytes_max) + " bytes"
    );
  }
  Route route;
  route.trigger_id = trigger.id;
  route.function_id = trigger.function_id;
  route.path = *path;
  route.metadata_json = trigger.metadata_json;
  if (const json_tree::string* condition = text_of(*config, "condition_function_id")) {
    route.condition_function_id = *condition;
  }
  for (const auto read : {read_method, read_middleware, read_timeout, read_validation}) {
    if (const EngineStatus status = read(*config, route); !status) {
      return status.error();
    }
  }
  route.payload_json = payload_of(route);
  return route;
}

// "" stands at the place of "/" and is another route than it (spec: http §3.1).
std::string RouteTable::key_of(const Route& route) {
  const bool is_as_written = route.path.empty() || route.path.starts_with('/');
  std::string key(to_string(route.method));
  return key.append(is_as_written ? " " : " /").append(route.path);
}

EngineStatus RouteTable::check(const Route& route) const {
  if (const EngineStatus status = http::Router::check(route.path); !status) {
    return status;
  }
  const auto other = router_.taken_by(route.method, route.path);
  if (!other) {
    return {};
  }
  const Key& holder = *by_id_[*other];
  // What the trigger itself had there goes.
  const bool goes = holder.routes.size() == 1 && route.service == Service::function &&
                    is_of(*holder.routes.front(), route.trigger_id);
  if (!goes && holder.name != key_of(route)) {
    return refused(
        "Route '" + key_of(route) + "' conflicts with already-registered route '" + holder.name +
        "': routes with identical structure but different path-parameter names are not supported"
    );
  }
  return {};
}

EngineStatus RouteTable::add(Route route) {
  if (const EngineStatus status = check(route); !status) {
    return status;
  }
  ++version_;
  const bool is_of_trigger = route.service == Service::function;
  if (is_of_trigger) {
    remove(route.trigger_id);
  }
  const std::string name = key_of(route);
  std::unique_ptr<Key>& key = keys_[name];
  if (key == nullptr) {
    if (free_ids_.empty()) {
      free_ids_.push_back(static_cast<RouteId>(by_id_.size()));
      by_id_.push_back(nullptr);
    }
    const RouteId id = free_ids_.back();
    free_ids_.pop_back();
    key = std::make_unique<Key>(Key{name, route.method, route.path, id, {}});
    by_id_[id] = key.get();
    (void)router_.add(key->method, key->path, id);
  }
  if (is_of_trigger) {
    by_trigger_.insert_or_assign(route.trigger_id, name);
  }
  key->routes.push_back(std::make_shared<const Route>(std::move(route)));
  return {};
}

void RouteTable::remove(std::string_view trigger_id) {
  const auto known = by_trigger_.find(std::string(trigger_id));
  if (known == by_trigger_.end()) {
    return;
  }
  ++version_;
  const auto found = keys_.find(known->second);
  by_trigger_.erase(known);
  Key& key = *found->second;
  std::erase_if(key.routes, [&](const auto& route) { return is_of(*route, trigger_id); });
  if (key.routes.empty()) {
    router_.remove(key.method, key.path);
    by_id_[key.id] = nullptr;
    free_ids_.push_back(key.id);
    keys_.erase(found);
  }
}

RouteTable::Finding RouteTable::find(std::string_view method, std::string_view path) const {
  const http::Router::Finding found = router_.find(http::parse_method(method), path);
  if (found.route == 0) {
    return {nullptr, found.methods};
  }
  return {by_id_[found.route]->routes.back(), 0};
}

}  // namespace iii::workers::http_worker
