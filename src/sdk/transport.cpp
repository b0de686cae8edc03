#include "sdk/transport.hpp"

#include "sdk/transport_connection.hpp"
#include "sdk/transport_in_process.hpp"
#include "websocket/frame.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace iii::sdk {

using websocket::Opcode;

Transport::Transport(
    const boost::asio::any_io_executor& executor, TransportOptions options, TransportEvents& events
) {
  if (options.address.in_process) {
    connection_ = connect_in_process(executor, std::move(options), events);
  } else {
    connection_ = std::make_shared<Connection>(executor, std::move(options), events);
  }
}

// NOLINTNEXTLINE(bugprone-exception-escape): only for lack of memory.
Transport::~Transport() {
  connection_->abandon();
}

void Transport::open() {
  connection_->open();
}

void Transport::send_text(std::string_view text) {
  connection_->send(Opcode::text, text);
}

void Transport::send_binary(std::string_view bytes) {
  connection_->send(Opcode::binary, bytes);
}

void Transport::ping() {
  connection_->send(Opcode::ping, "");
}

void Transport::close(std::uint16_t code, std::string_view reason) {
  connection_->close(code, reason);
}

std::size_t Transport::unsent_bytes() const {
  return connection_->unsent_bytes();
}

std::uint64_t Transport::messages_taken() const {
  return connection_->messages_taken();
}

void Transport::pause_reading() {
  connection_->pause();
}

void Transport::resume_reading() {
  connection_->resume();
}

}  // namespace iii::sdk
