// Listeners of the loop, and whom they bring.
#include "base/time.hpp"
#include "net/address.hpp"
#include "net/clock.hpp"
#include "net/descriptor.hpp"
#include "net/epoll.hpp"
#include "net/loop.hpp"

#include <iii/engine_error.hpp>

#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace iii::net {

namespace {

constexpr std::size_t accepts_per_turn = 64;
// Without free descriptors a listener stays readable: asking again at once would only burn the
// processor.
constexpr auto accept_pause = std::chrono::milliseconds(250);

std::size_t descriptors_max() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::size_t>(limit.rlim_cur)
                                                 : SIZE_MAX;
}

}  // namespace

EngineResult<std::size_t> Loop::listen(
    const std::string& host, std::uint16_t port, std::size_t connections_max
) {
  if (setup_error_number_ != 0) {
    return EngineError{
        EngineErrorCode::io_error,
        std::string("cannot wait for sockets: ") + std::strerror(setup_error_number_)
    };
  }
  auto bound = bind_listener(host, port);
  if (!bound) {
    return bound.error();
  }
  const std::size_t listener = listeners_.size();
  for (Descriptor& descriptor : bound->descriptors) {
    const std::uint64_t data = tag(Source::listener, acceptors_.size());
    if (!add_interest(epoll_, descriptor.get(), EPOLLIN, data)) {
      return EngineError{
          EngineErrorCode::io_error, std::string("cannot watch a listener: ") + std::strerror(errno)
      };
    }
    acceptors_.push_back({std::move(descriptor), listener});
  }
  const bool may_have_all = connections_max == SIZE_MAX;
  listeners_.push_back(
      {.port = bound->port,
       .connections_max =
           may_have_all ? connections_max : std::min(connections_max, descriptors_max() / 2)}
  );
  return listener;
}

std::uint16_t Loop::port(std::size_t listener) const {
  return listeners_[listener].port;
}

void Loop::stop_listening() {
  for (Acceptor& acceptor : acceptors_) {
    acceptor.descriptor.reset();
  }
}

void Loop::accept_from(std::size_t index) {
  const Acceptor& acceptor = acceptors_[index];
  for (std::size_t i = 0; i < accepts_per_turn && acceptor.descriptor.is_open(); ++i) {
    auto accepted = accept_connection(acceptor.descriptor);
    if (!accepted.descriptor.is_open()) {
      if (accepted.error_number != EAGAIN) {
        watch_listeners(0);
        accept_again_at_ = now().monotonic + accept_pause;
        events_.on_accept_failed(accepted.error_number);
      }
      return;
    }
    add(std::move(accepted.descriptor), acceptor.listener, accepted.ip_address);
  }
}

void Loop::accept_again() {
  if (accept_again_at_ <= now().monotonic) {
    accept_again_at_ = base::never;
    watch_listeners(EPOLLIN);
  }
}

void Loop::watch_listeners(std::uint32_t interest) {
  for (std::size_t index = 0; index < acceptors_.size(); ++index) {
    epoll_event event{};
    event.events = interest;
    event.data.u64 = tag(Source::listener, index);
    // One that has stopped listening has no descriptor, and nothing happens.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, acceptors_[index].descriptor.get(), &event);
  }
}

void Loop::add(Descriptor descriptor, std::size_t listener, std::string_view ip_address) {
  Listener& its_listener = listeners_[listener];
  if (its_listener.connections >= its_listener.connections_max) {
    events_.on_refused(listener);
    return;  // which closes it; left unaccepted, it would keep the listener readable
  }
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(sockets_.size()));
    sockets_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  if (!add_interest(epoll_, descriptor.get(), EPOLLIN, tag(Source::socket, slot))) {
    events_.on_accept_failed(errno);
    return;
  }
  free_slots_.pop_back();
  Socket& socket = sockets_[slot];
  socket.descriptor = std::move(descriptor);
  socket.state = State::open;
  socket.listener = listener;
  ++its_listener.connections;
  ++open_sockets_;
  events_.on_accepted(listener, id_of(slot), ip_address);
}

}  // namespace iii::net
