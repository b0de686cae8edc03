// A WebSocket client that waits: for tests that talk to a real listener. Everything may be done to
// the connection, also what breaks the protocol. Whatever takes longer than 30 seconds throws
// std::runtime_error. One thread.
//
//   SocketClient client(port);
//   client.upgrade("/");
//   client.send_text(…);
//   Received message = client.next();
#pragma once

#include "base/byte_buffer.hpp"
#include "net/descriptor.hpp"
#include "websocket/decoder.hpp"
#include "websocket/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace iii::test {

enum class Kind : std::uint8_t {
  text,
  binary,
  ping,
  pong,
  close,  // a Close frame; `code`
  ended,  // of the TCP connection
};

struct Received {
  Kind kind = Kind::ended;
  std::string bytes;
  std::uint16_t code = 0;

  friend bool operator==(const Received&, const Received&) = default;
};
std::ostream& operator<<(std::ostream& out, const Received& received);

// How a connection ends in a test that expects it to.
Received closed_with(websocket::CloseCode code);

struct ClientOptions {
  int receive_bytes = 0;  // of the socket's own buffer; 0: as the system has it
  // Called again and again instead of waiting: runs the engine when it is in the same thread.
  std::function<void()> while_waiting;
};

class SocketClient {
 public:
  explicit SocketClient(std::uint16_t port, ClientOptions options = {});

  // --- Bytes ---
  void send_bytes(std::string_view bytes);
  // As much as the socket takes without waiting.
  [[nodiscard]] std::size_t send_some(std::string_view bytes);
  // What has come since the last call; waits for some. Empty: the connection has ended.
  [[nodiscard]] std::string read_bytes();
  // Whether bytes have come that were not read, or the end of the connection. Does not wait.
  [[nodiscard]] bool has_input() const;
  // Everything up to the end of the connection.
  [[nodiscard]] std::string read_to_end();
  void close() { descriptor_.reset(); }
  // Without a word of farewell.
  void reset();
  // Whether the peer has ended the connection so.
  [[nodiscard]] bool was_reset() const { return was_reset_; }

  // --- Messages ---
  // Returns the head of the response, which must be a 101. `early`: sent together with the request.
  std::string upgrade(std::string_view target, std::string_view early = "");
  void send_frame(websocket::Opcode opcode, std::string_view payload, bool is_final = true);
  // One message in fragments of a mebibyte.
  void send_fragments(websocket::Opcode opcode, std::string_view payload);
  void send_text(std::string_view text) { send_frame(websocket::Opcode::text, text); }
  void send_close(websocket::CloseCode code);
  [[nodiscard]] Received next();
  // The next message, which must be a text.
  [[nodiscard]] std::string next_text();

 private:
  class Inbox;

  void wait(short events);
  // Waits for bytes; false: the connection has ended.
  bool receive();

  std::function<void()> while_waiting_;
  net::Descriptor descriptor_;
  base::ByteBuffer bytes_;
  websocket::Decoder decoder_;
  std::deque<Received> inbox_;
  bool was_reset_ = false;
};

// A client frame as bytes, masked with zeros, whatever its size.
std::string client_frame(websocket::Opcode opcode, std::string_view payload, bool is_final = true);

}  // namespace iii::test
