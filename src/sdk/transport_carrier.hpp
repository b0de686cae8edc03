// What carries the messages of a Transport: a WebSocket over TCP or TLS (transport_connection.hpp)
// or, in tests, memory (transport_in_process.hpp). The rules are those of transport.hpp.
#pragma once

#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace iii::sdk {

class Carrier {
 public:
  Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;
  virtual ~Carrier() = default;

  virtual void open() = 0;
  // The Transport is gone: no event any more.
  virtual void abandon() = 0;
  // text, binary or ping
  virtual void send(websocket::Opcode opcode, std::string_view payload) = 0;
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;
  [[nodiscard]] virtual std::uint64_t messages_taken() const = 0;
};

}  // namespace iii::sdk
