// A router that tries every route on every request: the obvious one, to compare the real one with.
#pragma once

#include "http/router.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

class SlowRouter {
 public:
  bool add(http::Method method, std::string_view path, http::Router::RouteId id) {
    Route route{method, {}, id};
    if (!read(path, route.parts) || position(method, route.parts) != routes_.size()) {
      return false;
    }
    routes_.push_back(std::move(route));
    return true;
  }
  void remove(http::Method method, std::string_view path) {
    std::vector<Part> parts;
    if (const std::size_t at = read(path, parts) ? position(method, parts) : routes_.size();
        at != routes_.size()) {
      routes_.erase(routes_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  [[nodiscard]] http::Router::Finding find(http::Method method, std::string_view path) const {
    http::Router::Finding finding;
    const Route* best = nullptr;
    for (const Route& route : routes_) {
      if (!matches(route.parts, path)) {
        continue;
      }
      const bool serves = route.method == method ||
                          (method == http::Method::head && route.method == http::Method::get);
      finding.methods |= 1U << static_cast<unsigned>(route.method);
      const bool is_better = best == nullptr || route.parts < best->parts ||
                             (route.parts == best->parts && route.method == method);
      if (serves && is_better) {
        best = &route;
      }
    }
    if (best != nullptr) {
      finding.route = best->id;
      finding.methods = 0;
    }
    return finding;
  }
  [[nodiscard]] std::size_t size() const { return routes_.size(); }

 private:
  // Ordered as they are tried: literal, parameter, catch-all; the longest beginning first.
  struct Part {
    int kind = 0;
    std::string text;
    friend bool operator==(const Part&, const Part&) = default;
    friend bool operator<(const Part& left, const Part& right) {
      return std::pair(left.kind, -static_cast<int>(left.text.size())) <
             std::pair(right.kind, -static_cast<int>(right.text.size()));
    }
  };
  struct Route {
    http::Method method;
    std::vector<Part> parts;
    http::Router::RouteId id;
  };

  // Only for the segments that the fuzz target makes.
  static bool read(std::string_view path, std::vector<Part>& parts) {
    std::vector<std::string_view> segments;
    for (std::size_t at = 1; at != 0; at = path.find('/', at) + 1) {
      segments.push_back(path.substr(at, path.find('/', at) - at));
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const std::string_view segment = segments[i];
      if (segment == "{") {
        return false;
      }
      if (segment == "{{" || segment == "}}") {
        parts.push_back({0, std::string(segment.substr(1))});
      } else if (const std::size_t mark = segment.find_first_of(":{"); mark == segment.npos) {
        parts.push_back({0, std::string(segment)});
      } else {
        const bool is_catch_all = segment[mark + 1] == '*';
        if (is_catch_all && i + 1 != segments.size()) {
          return false;
        }
        parts.push_back({is_catch_all ? 2 : 1, std::string(segment.substr(0, mark))});
      }
    }
    return true;
  }
  static bool matches(const std::vector<Part>& parts, std::string_view path) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!path.starts_with('/')) {
        return false;
      }
      path.remove_prefix(1);
      const std::string_view segment = path.substr(0, path.find('/'));
      const Part& part = parts[i];
      const bool is_last = segment.size() == path.size();
      if (part.kind == 2) {
        return path.starts_with(part.text) && path.size() > part.text.size();
      }
      const bool fits = part.kind == 0 ? segment == part.text
                                       : segment.starts_with(part.text) &&
                                             (!is_last || segment.size() > part.text.size());
      if (!fits) {
        return false;
      }
      path.remove_prefix(segment.size());
    }
    return path.empty();
  }
  [[nodiscard]] std::size_t position(http::Method method, const std::vector<Part>& parts) const {
    const auto at = std::ranges::find_if(routes_, [&](const Route& route) {
      return route.method == method && route.parts == parts;
    });
    return static_cast<std::size_t>(at - routes_.begin());
  }

  std::vector<Route> routes_;
};

}  // namespace iii::test
