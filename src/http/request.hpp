// A request as it lies in the bytes that were read: everything here is a view and lives only as
// long as those bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace iii::http {

struct HeaderView {
  std::string_view name;  // as sent
  std::string_view value;
};

enum class BodyKind : std::uint8_t { none, sized, chunked };

struct Request {
  std::string_view method;  // as sent: methods are compared with case
  std::string_view target;  // path and query; of an absolute target what follows the authority
  unsigned version = 11;    // 10 or 11
  std::span<const HeaderView> headers;
  BodyKind body = BodyKind::none;
  std::uint64_t body_bytes = 0;  // sized
  bool expects_continue = false;
  bool keeps_alive = true;

  [[nodiscard]] std::string_view path() const noexcept {
    return target.substr(0, target.find('?'));
  }
  // Without the question mark.
  [[nodiscard]] std::string_view query() const noexcept {
    const std::size_t mark = target.find('?');
    return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  }
  // The last one of that name (`name` in lower case).
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

}  // namespace iii::http
