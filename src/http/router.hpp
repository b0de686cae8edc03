// Which route a request takes: a tree over the segments of paths, so that a look-up costs what the
// path costs, and nothing for the number of routes; of wildcards at one place only the different
// sizes of their literal beginnings count. Pure; no thread of its own.
//
// A segment is literal, a parameter (":name" or "{name}", also after a literal beginning, as in
// "v{n}"), or, as the last one, a catch-all ("{*name}" or ":*name") for one or more bytes. "{{" and
// "}}" are braces. Paths are compared as sent, byte for byte. Literal goes before parameter before
// catch-all, from left to right, with backtracking; a path that leads to routes of other methods
// only is left for one that has the method (spec: http §4, §22).
#pragma once

#include <iii/engine_error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {

enum class Method : std::uint8_t { get, post, put, remove, patch, head, options };
inline constexpr std::size_t methods_count = 7;

[[nodiscard]] std::string_view to_string(Method method) noexcept;
// Compared with case, as they are sent.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text) noexcept;

class Router {
 public:
  // The caller's; not 0.
  using RouteId = std::uint32_t;

  Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  ~Router();

  // Whether a route can have the path: `invalid_argument` otherwise.
  [[nodiscard]] static EngineStatus check(std::string_view path);
  // `already_exists`: this method has a route of the same shape; taken_by() tells which.
  // `invalid_argument`: no path can look like this.
  EngineStatus add(Method method, std::string_view path, RouteId route);
  // The route of this method at the place of `path`; nullopt: none, or no possible path.
  [[nodiscard]] std::optional<RouteId> taken_by(Method method, std::string_view path) const;
  void remove(Method method, std::string_view path);

  struct Finding {
    RouteId route = 0;            // 0: none has the path and the method
    unsigned methods = 0;         // without a route: of all that have the path, a bit each
    bool is_get_of_head = false;  // a HEAD request takes the GET route
  };
  // nullopt: a method that no route can have.
  [[nodiscard]] Finding find(std::optional<Method> method, std::string_view path) const;

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  class Branches;
  struct Node;
  struct Part;
  struct Search;

  static EngineResult<std::vector<Part>> parts_of(std::string_view path);
  static EngineResult<Part> part_of(std::string_view segment, bool is_last);
  [[nodiscard]] const Node* find_node(const std::vector<Part>& parts) const;

  std::unique_ptr<Node> root_;
  std::size_t size_ = 0;
};

// "GET,HEAD,POST" of the bits of Finding::methods; HEAD goes with GET.
[[nodiscard]] std::string allow_text(unsigned methods);

// The parameters of a path that its route matched, as the reference system reads them: empty
// segments of both are dropped, and if the rest differs in number there are none; values are as
// sent (spec: http §4). `take(name, value)` for each ":name".
template <class Take>
void path_parameters(std::string_view route_path, std::string_view path, Take take) {
  const auto next_segment = [](std::string_view& rest) {
    while (rest.starts_with('/')) {
      rest.remove_prefix(1);
    }
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
  };
  for (const bool is_counting : {true, false}) {
    std::string_view left = route_path;
    std::string_view right = path;
    for (;;) {
      const std::string_view name = next_segment(left);
      const std::string_view value = next_segment(right);
      if (name.empty() || value.empty()) {
        if (is_counting && name.empty() != value.empty()) {
          return;
        }
        break;
      }
      if (!is_counting && name.starts_with(':')) {
        take(name.substr(1), value);
      }
    }
  }
}

}  // namespace iii::http
