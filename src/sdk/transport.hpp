// A WebSocket client over TCP or TLS: worker socket, telemetry socket and channel ends alike.
//
// Order: construct, open(), then on_opened() or on_closed(); after on_opened() send and receive.
// on_closed() comes exactly once and last. What is sent within one turn of the executor leaves in
// one write, or by pieces in turns; what has arrived is read in one. Pings are answered here.
// Nothing is retried here: make a new Transport. All calls and events on the executor's one thread;
// events never come from inside a call, and an event may destroy the Transport, after which none
// follows.
#pragma once

#include "base/limits.hpp"
#include "sdk/address.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::sdk {

class Carrier;
class TransportTurns;

using Headers = std::vector<std::pair<std::string, std::string>>;

struct TransportOptions {
  Address address;
  // For the upgrade request. Pairs that are not legal HTTP, and those that belong to the handshake
  // itself, are skipped (spec: sdk §3.4).
  Headers headers;
  // Certificates that are trusted, in PEM; empty: the system's.
  std::string ca_file;
  // For name, TCP, TLS and upgrade together.
  std::chrono::milliseconds connect_timeout{10'000};
  // How long close() waits for the peer's Close frame.
  std::chrono::milliseconds close_timeout{2'000};
  std::size_t message_bytes_max = base::limits::message_bytes_max;
  // The turns in which it writes, a piece in each; nullptr: at once, and all that the system takes.
  std::shared_ptr<TransportTurns> turns;
};

// How a connection ended, or why there was none.
struct Closing {
  bool was_open = false;
  // The peer's Close frame: its code, 1005 when it had none; 1006: the connection broke or never
  // was; ours after close(), when the peer did not answer in time.
  std::uint16_t code = 1006;
  std::string reason;  // the peer's, or what happened, for people
  // The answer to the upgrade request when it was not 101, otherwise 0.
  unsigned http_status = 0;
  // Code and reason stood in a Close frame of the peer's: nothing it has sent is missing.
  bool is_from_peer = false;
};

class TransportEvents {
 public:
  virtual void on_opened() = 0;
  // Views live until the call returns. Text has been checked to be UTF-8.
  virtual void on_text(std::string_view text) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  // After the events of everything that arrived in one read, pings and pongs included.
  virtual void on_read() {}
  // Some of what had been sent is now with the system: see unsent_bytes().
  virtual void on_written() {}
  virtual void on_closed(const Closing& closing) = 0;

 protected:
  ~TransportEvents() = default;
};

class Transport {
 public:
  // `events` must outlive the Transport.
  Transport(
      const boost::asio::any_io_executor& executor,
      TransportOptions options,
      TransportEvents& events
  );
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  // Drops the connection without a Close frame; no event follows.
  ~Transport();

  void open();

  // Only after on_opened(); later calls after close() and on_closed() do nothing. Messages above
  // limits::frame_bytes_max are sent in fragments.
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void ping();
  // Sends what waits, then a Close frame, and waits for the peer's. Before on_opened(): gives up.
  // `reason` is cut to what fits.
  void close(std::uint16_t code, std::string_view reason);

  // Bytes, with their frame heads, that the system has not taken yet.
  [[nodiscard]] std::size_t unsent_bytes() const;
  // How many messages the system has taken whole, since the beginning. What it has not taken whole
  // has not reached the peer as a message.
  [[nodiscard]] std::uint64_t messages_taken() const;
  // No messages are delivered and nothing is read while paused, so that the peer has to wait.
  void pause_reading();
  void resume_reading();

 private:
  class Connection;
  std::shared_ptr<Carrier> connection_;  // shared with the operations in flight
};

}  // namespace iii::sdk
