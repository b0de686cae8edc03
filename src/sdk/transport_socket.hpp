// A byte stream over TCP or TLS, as Asio has it: the lower half of transport.cpp. Each operation
// calls its completion once, never from inside the call; the completion keeps this alive. One
// thread.
#pragma once

#include "sdk/address.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

// Why the certificates in this file cannot be trusted; empty: they can, or there is no file to look
// at.
[[nodiscard]] std::string problem_of_ca_file(const std::string& ca_file);

class TransportSocket {
 public:
  using Connected = std::function<void(const boost::system::error_code& error)>;

  explicit TransportSocket(const boost::asio::any_io_executor& executor)
      : resolver_(executor), socket_(executor) {}

  // Name, TCP and, for wss, TLS with the peer's certificate and name verified.
  void connect(const Address& address, const std::string& ca_file, Connected on_connected);

  // `on_read(error, bytes)`.
  template <class OnRead>
  void read_some(std::span<char> into, OnRead on_read) {
    const auto buffer = boost::asio::buffer(into.data(), into.size());
    if (tls_) {
      tls_->async_read_some(buffer, std::move(on_read));
    } else {
      socket_.async_read_some(buffer, std::move(on_read));
    }
  }

  // `on_written(error, bytes)` when some of it has been written. Precondition: not empty.
  template <class OnWritten>
  void write_some(std::string_view bytes, OnWritten on_written) {
    const auto buffer = boost::asio::buffer(bytes.data(), bytes.size());
    if (tls_) {
      tls_->async_write_some(buffer, std::move(on_written));
    } else {
      socket_.async_write_some(buffer, std::move(on_written));
    }
  }

  // Operations in flight complete with an error.
  void close() noexcept;

 private:
  // The completion travels with the operation: kept here it would own its owner.
  void connect_to(
      const boost::asio::ip::tcp::resolver::results_type& endpoints, Connected on_connected
  );
  void keep_alive();
  void set_tcp_option(int option, std::size_t number);
  void start_tls(boost::asio::ssl::context& context, Connected on_connected);

  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::context> tls_context_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  std::string host_;
};

}  // namespace iii::sdk
