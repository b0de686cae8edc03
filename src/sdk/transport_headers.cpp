#include "sdk/transport_headers.hpp"

#include "base/header_text.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"
#include "sdk/transport.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {

namespace {

bool belongs_to_handshake(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {
      "host", "connection", "upgrade", "content-length", "transfer-encoding", "sec-websocket-"
  };
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), base::lower_ascii);
  return std::ranges::any_of(names, [&lower](std::string_view own) {
    return own.ends_with('-') ? lower.starts_with(own) : lower == own;
  });
}

}  // namespace

std::string header_lines(const Headers& headers) {
  std::string lines;
  for (const auto& [name, value] : headers) {
    if (base::is_token(name) && base::is_header_value(value) && !belongs_to_handshake(name)) {
      lines.append(name).append(": ").append(value).append("\r\n");
    }
  }
  return lines;
}

Headers with_token(Headers headers, const std::optional<std::string>& token) {
  const std::string_view text =
      base::trimmed(token ? std::string_view(*token) : std::string_view(), base::white_space);
  const bool has_own = std::ranges::any_of(headers, [](const auto& header) {
    return base::equals_without_case(header.first, "authorization");
  });
  if (!text.empty() && !has_own) {
    headers.emplace_back("Authorization", "Bearer " + std::string(text));
  }
  return headers;
}

}  // namespace iii::sdk
