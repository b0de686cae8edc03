#include "core/search.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

namespace iii::core {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

}  // namespace

bool contains_ignoring_case(std::string_view text, std::string_view term) {
  return lower(text).find(lower(term)) != std::string::npos;
}

std::optional<int> search_rank(
    std::string_view id, std::string_view description, std::string_view term
) {
  const std::string wanted = lower(term);
  const std::string rest = lower(id);
  if (rest.starts_with(wanted)) {
    return 0;
  }
  if (("::" + rest + "::").find("::" + wanted + "::") != std::string::npos) {
    return 0;
  }
  if (rest.find(wanted) != std::string::npos) {
    return 1;
  }
  return contains_ignoring_case(description, term) ? std::optional(2) : std::nullopt;
}

}  // namespace iii::core
