// Connections to an engine in the same process, without sockets and frames: whole messages, handed
// over by function calls. For the test kit.
//
// A connection calls the engine on the thread of its executor; the engine answers through its
// Line from any thread, and what it sends arrives on the executor in order.
#pragma once

#include "base/id.hpp"
#include "sdk/transport.hpp"
#include "sdk/transport_carrier.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace iii::sdk {

// The way from the engine to one connection. Any thread; nothing arrives after close().
class InProcessLine {
 public:
  virtual void send(bool is_text, std::string message) = 0;
  virtual void close(std::uint16_t code, std::string reason) = 0;

 protected:
  ~InProcessLine() = default;
};

class InProcessEngine {
 public:
  InProcessEngine() = default;
  InProcessEngine(const InProcessEngine&) = delete;
  InProcessEngine& operator=(const InProcessEngine&) = delete;
  virtual ~InProcessEngine() = default;

  // A connection for `target`, the path and query of its address. 0: it is refused with the HTTP
  // status in `status`.
  [[nodiscard]] virtual std::uint64_t on_connected(
      const Address& address, std::shared_ptr<InProcessLine> line, unsigned& status
  ) = 0;
  virtual void on_message(std::uint64_t connection, bool is_text, std::string_view message) = 0;
  virtual void on_closed(std::uint64_t connection) = 0;

  // What has been sent to connections and has not arrived, and how much there ever was.
  [[nodiscard]] std::size_t undelivered() const { return undelivered_; }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

 private:
  friend class InProcessConnection;
  friend struct Delivery;
  std::atomic<std::size_t> undelivered_{0};
  std::atomic<std::uint64_t> delivered_{0};
};

[[nodiscard]] std::shared_ptr<Carrier> connect_in_process(
    const boost::asio::any_io_executor& executor, TransportOptions options, TransportEvents& events
);

}  // namespace iii::sdk
