// What an epoll event of the loop is about.
#pragma once

#include "net/descriptor.hpp"

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>

namespace iii::net {

// The kind in the upper half of a tag, an index in the lower.
enum class Source : std::uint32_t { socket, listener, wake, signals };

constexpr std::uint64_t tag(Source source, std::size_t index) {
  return static_cast<std::uint64_t>(source) << 32U | index;
}

inline bool add_interest(
    const Descriptor& epoll, int fd, std::uint32_t events, std::uint64_t data
) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace iii::net
