// Which URLs functions may have (spec: engine-core §13.4). Read by the parser of the library that
// will also request them, so that nothing is checked that means another host to the one who
// connects. Addresses behind names are checked when they are connected to, not here.
#pragma once

#include "base/ip_address.hpp"
#include "protocol/error_body.hpp"

#include <iii/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::http_functions {

struct UrlRules {
  std::vector<std::string> allowlist;  // patterns of hosts; empty: every host
  bool blocks_private = true;
  bool requires_https = true;
};

// Whether one of the patterns, with * and ? and [a-z], is that of the text. No patterns: it is.
[[nodiscard]] bool is_allowed(const std::string& text, const std::vector<std::string>& patterns);

// Reads an address that stands where a host may; nullopt: it is a name.
using AddressReader = std::optional<base::IpAddress> (*)(std::string_view text);

struct CheckedUrl {
  std::string text;       // as it is to be requested, the host in its final spelling
  std::string host;       // lower case; an IPv6 address without brackets
  std::string authority;  // host and port
};

// Or `url_validation_failed`.
[[nodiscard]] Result<CheckedUrl, protocol::ErrorBody> check_url(
    std::string_view url, const UrlRules& rules, AddressReader read_address
);

}  // namespace iii::workers::http_functions
