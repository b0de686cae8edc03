#include "net/address.hpp"

#include "net/descriptor.hpp"

#include <iii/engine_error.hpp>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace iii::net {
namespace {

constexpr int backlog = 4096;

std::uint16_t bound_port(const Descriptor& descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(
      address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                    : reinterpret_cast<const sockaddr_in*>(&address)->sin_port
  );
}

EngineError listen_error(const std::string& host, std::uint16_t port, int error_number) {
  const EngineErrorCode code = error_number == EADDRINUSE ? EngineErrorCode::address_in_use
                               : error_number == EACCES   ? EngineErrorCode::permission_denied
                                                          : EngineErrorCode::io_error;
  std::string message = "cannot listen on " + host + ":" + std::to_string(port) + ": ";
  message.append(std::strerror(error_number));
  if (code == EngineErrorCode::address_in_use) {
    message.append("; stop the other process or choose another port");
  }
  return {code, std::move(message)};
}

std::string text_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes =
      address.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&address)->sin_addr);
  ::inet_ntop(address.ss_family, bytes, text, sizeof text);
  return text;
}

}  // namespace

void Descriptor::reset() noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

EngineResult<BoundListener> bind_listener(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int found = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (found != 0) {
    return EngineError{
        EngineErrorCode::invalid_argument, "cannot listen on " + host + ": " + ::gai_strerror(found)
    };
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(list, &::freeaddrinfo);
  int error_number = EADDRNOTAVAIL;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    Descriptor descriptor(
        ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
    );
    const int one = 1;
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (descriptor.is_open() &&
        ::bind(descriptor.get(), address->ai_addr, address->ai_addrlen) == 0 &&
        ::listen(descriptor.get(), backlog) == 0) {
      const std::uint16_t real_port = bound_port(descriptor);
      return BoundListener{std::move(descriptor), real_port};
    }
    error_number = errno;
  }
  return listen_error(host, port, error_number);
}

AcceptedConnection accept_connection(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Descriptor descriptor(::accept4(
      listener.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC
  ));
  if (!descriptor.is_open()) {
    return {.error_number = errno == EWOULDBLOCK || errno == ECONNABORTED ? EAGAIN : errno};
  }
  const int one = 1;
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return {std::move(descriptor), text_of(address), 0};
}

}  // namespace iii::net
