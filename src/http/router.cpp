#include "http/router.hpp"

#include "base/limits.hpp"

#include <iii/engine_error.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {

namespace {

constexpr std::array<std::string_view, methods_count> method_names = {
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"
};

EngineError bad_path(std::string message) {
  return {EngineErrorCode::invalid_argument, std::move(message)};
}

constexpr std::size_t index_of(Method method) noexcept {
  return static_cast<std::size_t>(method);
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace

struct Router::Part {
  enum class Kind : std::uint8_t { literal, parameter, catch_all };
  Kind kind = Kind::literal;
  std::string text;  // of a parameter or catch-all: its literal beginning
};

// What may follow at one place, by a text: segments, or the literal beginnings of parameters or of
// catch-alls, which may be empty.
class Router::Branches {
 public:
  [[nodiscard]] bool empty() const { return nodes_.empty(); }
  [[nodiscard]] Node* find(std::string_view text) const {
    const auto found = nodes_.find(text);
    return found == nodes_.end() ? nullptr : found->second.get();
  }
  Node& grow(const std::string& text);
  void cut(const std::string& text) {
    const auto size = sizes_.find(text.size());
    if (nodes_.erase(text) != 0 && --size->second == 0) {
      sizes_.erase(size);
    }
  }
  // Takes those that `path` begins with and that are shorter than `end`, the longest first, until
  // one is taken. A look-up for each size, however many texts have it.
  template <class Take>
  [[nodiscard]] bool take_beginning(std::string_view path, std::size_t end, Take take) const {
    for (auto size = sizes_.upper_bound(end); size != sizes_.end(); ++size) {
      const Node* node = find(path.substr(0, size->first));
      if (node != nullptr && take(*node)) {
        return true;
      }
    }
    return false;
  }

 private:
  boost::unordered_flat_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> nodes_;
  std::map<std::size_t, std::size_t, std::greater<>> sizes_;  // how many texts have each
};

struct Router::Node {
  std::array<RouteId, methods_count> routes{};
  Branches literals;
  Branches parameters;
  Branches catch_alls;

  [[nodiscard]] bool is_unused() const {
    return literals.empty() && parameters.empty() && catch_alls.empty() &&
           std::ranges::all_of(routes, [](RouteId route) { return route == 0; });
  }
  Branches& branches(Part::Kind kind) {
    switch (kind) {
      case Part::Kind::literal:
        return literals;
      case Part::Kind::parameter:
        return parameters;
      case Part::Kind::catch_all:
        break;
    }
    return catch_alls;
  }
};

Router::Node& Router::Branches::grow(const std::string& text) {
  const auto [place, is_new] = nodes_.try_emplace(text);
  if (is_new) {
    place->second = std::make_unique<Node>();
    ++sizes_[text.size()];
  }
  return *place->second;
}

std::string_view to_string(Method method) noexcept {
  return method_names[index_of(method)];
}

std::optional<Method> parse_method(std::string_view text) noexcept {
  for (std::size_t i = 0; i < method_names.size(); ++i) {
    if (method_names[i] == text) {
      return static_cast<Method>(i);
    }
  }
  return std::nullopt;
}

std::string allow_text(unsigned methods) {
  if ((methods & (1U << index_of(Method::get))) != 0) {
    methods |= 1U << index_of(Method::head);
  }
  std::string text;
  for (std::size_t i = 0; i < method_names.size(); ++i) {
    if ((methods & (1U << i)) != 0) {
      text.append(text.empty() ? "" : ",").append(method_names[i]);
    }
  }
  return text;
}

Router::Router() : root_(std::make_unique<Node>()) {
}

Router::~Router() = default;

// --- Paths of routes ---

EngineResult<Router::Part> Router::part_of(std::string_view segment, bool is_last) {
  Part part;
  std::string_view name;
  bool has_name = false;
  if (segment.starts_with(':')) {
    name = segment.substr(1);
    has_name = true;
  } else if (segment.starts_with('*')) {
    return bad_path(
        "the segment '" + std::string(segment) + "' is no wildcard: a catch-all is written {*name}"
    );
  }
  for (std::size_t i = 0; i < segment.size() && !has_name; ++i) {
    const bool is_brace = segment[i] == '{' || segment[i] == '}';
    if (is_brace && i + 1 < segment.size() && segment[i + 1] == segment[i]) {
      part.text += segment[i++];
    } else if (segment[i] == '{' && segment.ends_with('}')) {
      name = segment.substr(i + 1, segment.size() - i - 2);
      has_name = true;
    } else if (is_brace) {
      return bad_path(
          "the segment '" + std::string(segment) +
          "' has a brace that is not of a parameter at its end, nor doubled"
      );
    } else {
      part.text += segment[i];
    }
  }
  if (!has_name) {
    return part;
  }
  part.kind = name.starts_with('*') ? Part::Kind::catch_all : Part::Kind::parameter;
  name.remove_prefix(part.kind == Part::Kind::catch_all ? 1 : 0);
  const bool is_braced = !segment.starts_with(':');
  if (name.empty() || (is_braced && name.find_first_of("{}*") != std::string_view::npos)) {
    return bad_path("the segment '" + std::string(segment) + "' does not name its parameter");
  }
  if (part.kind == Part::Kind::catch_all && !is_last) {
    return bad_path(
        "the catch-all '" + std::string(segment) + "' must be the last segment of the path"
    );
  }
  return part;
}

EngineResult<std::vector<Router::Part>> Router::parts_of(std::string_view path) {
  std::vector<Part> parts;
  if (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  for (;;) {
    const std::size_t slash = path.find('/');
    auto part = part_of(path.substr(0, slash), slash == std::string_view::npos);
    if (!part) {
      return part.error();
    }
    parts.push_back(*std::move(part));
    if (slash == std::string_view::npos) {
      return parts;
    }
    if (parts.size() == base::limits::http_path_segments_max) {
      return bad_path(
          "the path has more than " + std::to_string(base::limits::http_path_segments_max) +
          " segments"
      );
    }
    path.remove_prefix(slash + 1);
  }
}

// --- The tree ---

EngineStatus Router::check(std::string_view path) {
  const auto parts = parts_of(path);
  return parts ? EngineStatus() : EngineStatus(parts.error());
}

EngineStatus Router::add(Method method, std::string_view path, RouteId route) {
  const auto parts = parts_of(path);
  if (!parts) {
    return parts.error();
  }
  Node* node = root_.get();
  for (const Part& part : *parts) {
    node = &node->branches(part.kind).grow(part.text);
  }
  RouteId& place = node->routes[index_of(method)];
  if (place != 0) {
    return EngineError{
        EngineErrorCode::already_exists, "another route of this method has the same shape"
    };
  }
  place = route;
  ++size_;
  return {};
}

const Router::Node* Router::find_node(const std::vector<Part>& parts) const {
  Node* node = root_.get();
  for (const Part& part : parts) {
    node = node->branches(part.kind).find(part.text);
    if (node == nullptr) {
      return nullptr;
    }
  }
  return node;
}

std::optional<Router::RouteId> Router::taken_by(Method method, std::string_view path) const {
  const auto parts = parts_of(path);
  const Node* node = parts ? find_node(*parts) : nullptr;
  if (node == nullptr || node->routes[index_of(method)] == 0) {
    return std::nullopt;
  }
  return node->routes[index_of(method)];
}

void Router::remove(Method method, std::string_view path) {
  if (!taken_by(method, path)) {
    return;
  }
  const auto parts = parts_of(path);
  std::vector<Node*> way = {root_.get()};
  for (const Part& part : *parts) {
    way.push_back(way.back()->branches(part.kind).find(part.text));
  }
  way.back()->routes[index_of(method)] = 0;
  --size_;
  // Branches that lead nowhere any more.
  for (std::size_t i = parts->size(); i != 0 && way[i]->is_unused();) {
    --i;
    const Part& part = (*parts)[i];
    way[i]->branches(part.kind).cut(part.text);
  }
}

// --- Look-up ---

struct Router::Search {
  std::optional<Method> method;
  Finding finding;

  // True: found.
  bool take(const Node& node) {
    const auto route_of = [&](Method wanted) { return node.routes[index_of(wanted)]; };
    if (method && route_of(*method) != 0) {
      finding.route = route_of(*method);
      return true;
    }
    if (method == Method::head && route_of(Method::get) != 0) {
      finding.route = route_of(Method::get);
      finding.is_get_of_head = true;
      return true;
    }
    for (std::size_t i = 0; i < methods_count; ++i) {
      finding.methods |= node.routes[i] != 0 ? 1U << i : 0U;
    }
    return false;
  }

  // Comes to each node once at most: a node stands at one place of the path.
  bool visit(const Node& node, std::string_view rest) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    const bool is_last = slash == std::string_view::npos;
    const auto follow = [&](const Node& next) {
      return is_last ? take(next) : visit(next, rest.substr(slash + 1));
    };
    if (const Node* literal = node.literals.find(segment); literal != nullptr && follow(*literal)) {
      return true;
    }
    // What stands for a parameter may be empty, but not at the end of the path.
    const std::size_t end = segment.size() + (is_last ? 0 : 1);
    return node.parameters.take_beginning(segment, end, follow) ||
           node.catch_alls.take_beginning(rest, rest.size(), [this](const Node& next) {
             return take(next);
           });
  }
};

Router::Finding Router::find(std::optional<Method> method, std::string_view path) const {
  Search search{.method = method, .finding = {}};
  if (path.starts_with('/')) {
    path.remove_prefix(1);
    if (search.visit(*root_, path)) {
      search.finding.methods = 0;
    }
  }
  return search.finding;
}

}  // namespace iii::http
