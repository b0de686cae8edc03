// What has arrived on one connection and is not yet relayed. read() fetches everything that the
// socket has; next() then yields one complete message after the other. One thread.
#pragma once

#include "wire/socket.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace iii::bench {

class Inbox {
 public:
  // False: the peer has gone.
  [[nodiscard]] bool read(const Descriptor& socket);
  // True once, when the whole upgrade request is here; it is dropped.
  [[nodiscard]] bool take_upgrade_request();
  // The next text message, unmasked in place; valid until the next read().
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  void drop_what_was_taken();

  std::string bytes_;
  std::size_t taken_ = 0;
};

}  // namespace iii::bench
