#include "sdk/transport_socket.hpp"

#include "base/limits.hpp"
#include "sdk/address.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/ssl/verify_mode.hpp>
#include <boost/system/error_code.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/types.h>
#include <sys/socket.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace iii::sdk {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

void trust(asio::ssl::context& context, const std::string& ca_file, error_code& error) {
  if (ca_file.empty()) {
    static_cast<void>(context.set_default_verify_paths(error));
  } else {
    static_cast<void>(context.load_verify_file(ca_file, error));
  }
}

}  // namespace

std::string problem_of_ca_file(const std::string& ca_file) {
  error_code error;
  asio::ssl::context context(asio::ssl::context::tls_client);
  trust(context, ca_file, error);
  return !error || ca_file.empty()
             ? ""
             : "the certificates in '" + ca_file + "' cannot be used: " + error.message();
}

void TransportSocket::connect(
    const Address& address, const std::string& ca_file, Connected on_connected
) {
  host_ = address.host;
  if (address.is_tls) {
    error_code error;
    tls_context_.emplace(asio::ssl::context::tls_client);
    trust(*tls_context_, ca_file, error);
    if (error) {
      asio::post(socket_.get_executor(), [error, on_connected = std::move(on_connected)] {
        on_connected(error);
      });
      return;
    }
  }
  error_code is_no_ip;
  const auto ip = asio::ip::make_address(address.host, is_no_ip);
  if (!is_no_ip) {
    // No resolver: its thread cannot be interrupted.
    const tcp::endpoint endpoint(ip, address.port);
    connect_to(
        tcp::resolver::results_type::create(endpoint, address.host, ""), std::move(on_connected)
    );
    return;
  }
  resolver_.async_resolve(
      address.host,
      std::to_string(address.port),
      [this, on_connected = std::move(on_connected)](
          const error_code& error, const tcp::resolver::results_type& endpoints
      ) mutable {
        if (error) {
          on_connected(error);
        } else {
          connect_to(endpoints, std::move(on_connected));
        }
      }
  );
}

void TransportSocket::connect_to(
    const tcp::resolver::results_type& endpoints, Connected on_connected
) {
  asio::async_connect(
      socket_,
      endpoints,
      [this,
       on_connected =
           std::move(on_connected)](const error_code& error, const tcp::endpoint&) mutable {
        if (error) {
          on_connected(error);
          return;
        }
        error_code ignored;
        static_cast<void>(socket_.set_option(tcp::no_delay(true), ignored));
        set_tcp_option(TCP_NOTSENT_LOWAT, base::limits::socket_unsent_bytes);
        keep_alive();
        if (tls_context_) {
          start_tls(*tls_context_, std::move(on_connected));
        } else {
          on_connected(error);
        }
      }
  );
}

// The end of a channel may rightly be silent for hours, and engines do not answer pings there: only
// the system can tell a quiet peer from a dead one.
void TransportSocket::keep_alive() {
  error_code ignored;
  static_cast<void>(socket_.set_option(asio::socket_base::keep_alive(true), ignored));
  const auto seconds = [](std::chrono::seconds time) {
    return static_cast<std::size_t>(time.count());
  };
  set_tcp_option(TCP_KEEPIDLE, seconds(base::limits::keep_alive_idle));
  set_tcp_option(TCP_KEEPINTVL, seconds(base::limits::keep_alive_interval));
}

void TransportSocket::set_tcp_option(int option, std::size_t number) {
  const int value = static_cast<int>(number);
  setsockopt(socket_.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
}

void TransportSocket::start_tls(asio::ssl::context& context, Connected on_connected) {
  auto& tls = tls_.emplace(socket_, context);
  SSL* const handle = tls.native_handle();
  error_code error;
  static_cast<void>(tls.set_verify_mode(asio::ssl::verify_peer, error));
  static_cast<void>(tls.set_verify_callback(asio::ssl::host_name_verification(host_), error));
  // Without SNI a server with several names shows the wrong certificate (RFC 6066 §3). Refused only
  // for names that are no names; the verification then fails.
  SSL_ctrl(handle, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host_.data());
  tls.async_handshake(asio::ssl::stream_base::client, std::move(on_connected));
}

void TransportSocket::close() noexcept {
  resolver_.cancel();
  error_code ignored;
  static_cast<void>(socket_.close(ignored));
}

}  // namespace iii::sdk
