#include "net/address.hpp"

#include "base/limits.hpp"
#include "net/descriptor.hpp"

#include <iii/engine_error.hpp>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

using Addresses = std::vector<const addrinfo*>;

// A hosts file may name an address twice.
Addresses without_repetitions(const addrinfo* list) {
  Addresses addresses;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    const auto is_same = [address](const addrinfo* other) {
      return other->ai_addrlen == address->ai_addrlen &&
             std::memcmp(other->ai_addr, address->ai_addr, address->ai_addrlen) == 0;
    };
    if (std::ranges::none_of(addresses, is_same)) {
      addresses.push_back(address);
    }
  }
  return addresses;
}

struct Binding {
  Descriptor descriptor;  // not open: see error_number
  int error_number = 0;
};

Binding bind_address(const addrinfo& address, std::uint16_t port, bool is_only_one) {
  Descriptor descriptor(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor.is_open()) {
    return {.error_number = errno};
  }
  const int on = 1;
  ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Inherited by the connections.
  constexpr int unsent_bytes = base::limits::socket_unsent_bytes;
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(
      descriptor.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes, sizeof unsent_bytes
  );
  sockaddr_storage target{};
  std::memcpy(&target, address.ai_addr, address.ai_addrlen);
  if (address.ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&target)->sin6_port = htons(port);
    if (!is_only_one) {
      // The IPv4 addresses have sockets of their own.
      ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
  } else {
    reinterpret_cast<sockaddr_in*>(&target)->sin_port = htons(port);
  }
  if (::bind(descriptor.get(), reinterpret_cast<const sockaddr*>(&target), address.ai_addrlen) !=
          0 ||
      ::listen(descriptor.get(), backlog) != 0) {
    return {.error_number = errno};
  }
  return {std::move(descriptor)};
}

bool is_not_of_this_machine(int error_number) {
  return error_number == EADDRNOTAVAIL || error_number == EAFNOSUPPORT;
}

struct Bindings {
  BoundListener listener;  // without descriptors: see error_number
  int error_number = 0;
};

Bindings bind_all(const Addresses& addresses, std::uint16_t port) {
  Bindings bindings{.listener = {.descriptors = {}, .port = port}, .error_number = EADDRNOTAVAIL};
  for (const addrinfo* address : addresses) {
    Binding binding = bind_address(*address, bindings.listener.port, addresses.size() == 1);
    if (binding.descriptor.is_open()) {
      // Once the first address has a free port, the others have the same.
      bindings.listener.port = bound_port(binding.descriptor);
      bindings.listener.descriptors.push_back(std::move(binding.descriptor));
    } else {
      bindings.error_number = binding.error_number;
      if (!is_not_of_this_machine(binding.error_number)) {
        bindings.listener.descriptors.clear();
        break;
      }
    }
  }
  return bindings;
}

}  // namespace

EngineResult<BoundListener> bind_listener(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const int found = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (found != 0) {
    return EngineError{
        EngineErrorCode::invalid_argument,
        "cannot listen on " + host + ": " + ::gai_strerror(found) +
            "; give an address of this machine, such as 127.0.0.1"
    };
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  const Addresses addresses = without_repetitions(list);
  Bindings bindings = bind_all(addresses, port);
  // A port that was free for one address need not be for the next.
  for (int more = 8; more > 0 && port == 0 && bindings.error_number == EADDRINUSE; --more) {
    bindings = bind_all(addresses, port);
  }
  if (bindings.listener.descriptors.empty()) {
    return listen_error(host, port, bindings.error_number);
  }
  return std::move(bindings.listener);
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
  return {std::move(descriptor), text_of(address), 0};
}

}  // namespace iii::net
