#include <iii/http_stream.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace iii::inline v0 {

namespace {

void append_field(std::string& block, std::string_view name, const std::string& value) {
  if (value.empty()) {
    return;
  }
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    throw std::invalid_argument(
        "the " + std::string(name) + " of a server-sent event holds a line end or NUL"
    );
  }
  block.append(name).append(": ").append(value).append("\n");
}

}  // namespace

std::string to_text(const SseEvent& event) {
  std::string block;
  append_field(block, "id", event.id);
  append_field(block, "event", event.event);
  if (event.retry) {
    block.append("retry: ").append(std::to_string(event.retry->count())).append("\n");
  }
  std::string_view rest = event.data;
  for (;;) {
    // All three line ends of the standard end a line of the block.
    const std::size_t end = rest.find_first_of("\r\n");
    block.append("data: ").append(rest.substr(0, end)).append("\n");
    if (end == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(rest.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  return block + "\n";
}

}  // namespace iii::inline v0
