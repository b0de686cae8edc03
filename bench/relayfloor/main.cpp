// relayfloor: the least that an engine can do per message, as the denominator of the engine's
// budgets. One thread, epoll, no JSON parser, no checks, no timeouts: it speaks the worker protocol
// just far enough for iiiload. It is not an engine: everything that an engine is for is missing.
//
//   relayfloor [PORT]        on 127.0.0.1; default 40001
#include "relayfloor/relay.hpp"
#include "wire/socket.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace {

using iii::bench::Connection;
using iii::bench::Descriptor;
using iii::bench::Poller;
using iii::bench::Relay;

constexpr std::uint16_t default_port = 40'001;

// The accept value belongs to the one key that iiiload sends.
constexpr std::string_view upgrade_response =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

// False: the peer has gone.
bool serve(Connection& connection, Relay& relay) {
  if (!connection.inbox.read(connection.socket)) {
    return false;
  }
  if (!connection.is_upgraded) {
    if (connection.inbox.take_upgrade_request()) {
      connection.is_upgraded = true;
      relay.send(connection, upgrade_response);
    }
    return true;
  }
  while (const auto message = connection.inbox.next()) {
    relay.on_message(connection, *message);
  }
  return true;
}

[[noreturn]] void run(const Descriptor& listener) {
  Poller poller;
  poller.add(listener, nullptr);
  Relay relay;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections;
  for (;;) {
    for (const auto& event : poller.wait(-1)) {
      auto* const connection = static_cast<Connection*>(event.data.ptr);
      if (connection == nullptr) {
        auto accepted = std::make_unique<Connection>(Connection{accept_from(listener)});
        poller.add(accepted->socket, accepted.get());
        connections.emplace(accepted.get(), std::move(accepted));
      } else if (!serve(*connection, relay)) {
        relay.forget(*connection);
        connections.erase(connection);
      }
    }
    relay.flush();
  }
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string_view text = argument_count > 1 ? arguments[1] : "";
  std::uint16_t port = default_port;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (argument_count > 2 || parsed.ptr != text.data() + text.size()) {
    std::fputs("usage: relayfloor [PORT]   on 127.0.0.1; default 40001\n", stderr);
    return 2;
  }
  run(iii::bench::listen_on_loopback(port));
}
