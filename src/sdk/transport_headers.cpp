#include "sdk/transport_headers.hpp"

#include "base/header_text.hpp"
#include "base/lower_ascii.hpp"
#include "sdk/transport.hpp"

#include <algorithm>
#include <array>
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

}  // namespace iii::sdk
