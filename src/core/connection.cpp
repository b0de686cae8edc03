#include "core/connection.hpp"

#include "base/limits.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>

namespace iii::core {

std::ostream& operator<<(std::ostream& out, Line line) {
  return out << (line == Line::v0_11 ? "0.11" : "0.22");
}

std::size_t Connection::payload_bytes_max() const {
  const bool is_old_python = runtime == "python" && !declares_large_messages;
  return (is_old_python ? base::limits::old_python_message_bytes_max
                        : base::limits::message_bytes_max) -
         base::limits::envelope_bytes;
}

std::string too_many_bytes() {
  return "descriptions, schemas, configurations and metadata of one worker may have " +
         std::to_string(base::limits::registered_bytes_max / base::limits::mib) +
         " MiB together; unregister something";
}

std::optional<Line> line_of_version(std::string_view version) {
  if (!version.starts_with("0.")) {
    return std::nullopt;
  }
  unsigned minor = 0;
  const char* first = version.data() + 2;
  const char* last = version.data() + version.size();
  const auto parsed = std::from_chars(first, last, minor);
  if (parsed.ec != std::errc() || (parsed.ptr != last && *parsed.ptr != '.')) {
    return std::nullopt;
  }
  constexpr unsigned oldest_known = 11;
  constexpr unsigned first_of_new_line = 12;
  if (minor < oldest_known) {
    return std::nullopt;
  }
  return minor < first_of_new_line ? Line::v0_11 : Line::v0_22;
}

}  // namespace iii::core
