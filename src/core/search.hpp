// How listings are searched (spec: engine-core §8.2). Pure rules.
#pragma once

#include <optional>
#include <string_view>

namespace iii::core {

[[nodiscard]] bool contains_ignoring_case(std::string_view text, std::string_view term);

// How well a function matches a search term; lower is better, nullopt is no match.
[[nodiscard]] std::optional<int> search_rank(
    std::string_view id, std::string_view description, std::string_view term
);

}  // namespace iii::core
