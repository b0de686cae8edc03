#include "relayfloor/inbox.hpp"

#include "wire/frame.hpp"
#include "wire/socket.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>

namespace iii::bench {
namespace {

constexpr std::size_t read_bytes_max = std::size_t{1} << 18;
// Moving the rest of a message to the front pays from here on.
constexpr std::size_t taken_bytes_max = std::size_t{1} << 20;

}  // namespace

bool Inbox::read(const Descriptor& socket) {
  static std::array<char, read_bytes_max> buffer;
  for (;;) {
    const ssize_t received = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (received < 0 && errno == EAGAIN) {
      return true;
    }
    if (received <= 0) {
      return false;
    }
    const auto size = static_cast<std::size_t>(received);
    bytes_.append(buffer.data(), size);
    if (size < buffer.size()) {
      return true;
    }
  }
}

bool Inbox::take_upgrade_request() {
  if (bytes_.find("\r\n\r\n") == std::string::npos) {
    return false;
  }
  bytes_.clear();
  return true;
}

std::optional<std::string_view> Inbox::next() {
  while (const auto frame = read_frame(std::string_view(bytes_).substr(taken_))) {
    char* const payload = bytes_.data() + taken_ + frame->head_bytes;
    taken_ += frame->head_bytes + frame->payload_bytes;
    unmask({payload, frame->payload_bytes}, payload - 4);
    if (frame->opcode == Opcode::text) {
      return std::string_view(payload, frame->payload_bytes);
    }
  }
  drop_what_was_taken();
  return std::nullopt;
}

void Inbox::drop_what_was_taken() {
  if (taken_ == bytes_.size()) {
    bytes_.clear();
    taken_ = 0;
  } else if (taken_ > taken_bytes_max) {
    bytes_.erase(0, taken_);
    taken_ = 0;
  }
}

}  // namespace iii::bench
