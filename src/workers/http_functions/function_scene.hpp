// What tests of functions behind URLs share: an environment, and a reader of addresses that knows
// the few that they use.
#pragma once

#include "base/ip_address.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_functions::test {

inline std::optional<base::IpAddress> read_address(std::string_view text) {
  const std::map<std::string_view, base::IpAddress> known = {
      {"127.0.0.1", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}},
      {"8.8.8.8", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 8, 8, 8, 8}},
      {"::1", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
      {"::ffff:127.0.0.1", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}},
      {"2606:4700::1", {0x26, 0x06, 0x47}},
  };
  const auto found = known.find(text);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

inline std::optional<std::string> variable(std::string_view name) {
  const std::map<std::string_view, std::string> known = {
      {"SECRET", "s3cr3t"}, {"TOKEN", "tok"}, {"LINE", "tok\n"}, {"EMPTY", ""}
  };
  const auto found = known.find(name);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace iii::workers::http_functions::test
