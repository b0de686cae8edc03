// wss://: the certificate decides. The server and its certificate are made here.
#include "certificate.hpp"
#include "http/head.hpp"
#include "scripted_engine.hpp"
#include "sdk/address.hpp"
#include "sdk/transport.hpp"
#include "variable.hpp"
#include "websocket/handshake.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Accepts one connection at a time and upgrades it.
class TlsServer {
 public:
  TlsServer(asio::io_context& io, const Certificate& certificate)
      : io_(io), acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    context_.use_certificate_chain_file(certificate.certificate_file);
    context_.use_private_key_file(certificate.key_file, asio::ssl::context::pem);
    accept();
  }
  ~TlsServer() {
    error_code ignored;
    static_cast<void>(acceptor_.close(ignored));
    if (stream_) {
      static_cast<void>(stream_->next_layer().close(ignored));
    }
    // Completions refer to this.
    io_.restart();
    io_.poll();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  TlsServer(TlsServer&&) = delete;
  TlsServer& operator=(TlsServer&&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (!error) {
        stream_.emplace(std::move(socket), context_);
        stream_->async_handshake(asio::ssl::stream_base::server, [this](const error_code& failure) {
          failure ? accept() : read();
        });
      }
    });
  }
  void read() {
    stream_->async_read_some(
        asio::buffer(buffer_),
        [this](const error_code& error, std::size_t bytes) {
          if (error) {
            return accept();
          }
          request_.append(buffer_.data(), bytes);
          const auto head = http::parse_request_head(request_, 65536);
          if (head && *head) {
            error_code ignored;
            asio::write(
                *stream_, asio::buffer(websocket::upgrade_response((**head).head, "")), ignored
            );
            request_.clear();
          }
          read();
        }
    );
  }

  asio::io_context& io_;
  asio::ssl::context context_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_;
  std::optional<asio::ssl::stream<tcp::socket>> stream_;
  std::array<char, 4096> buffer_{};
  std::string request_;
};

struct Events final : sdk::TransportEvents {
  void on_opened() override { is_open = true; }
  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_closed(const sdk::Closing& closing) override { closed = closing; }
  bool is_open = false;
  std::optional<sdk::Closing> closed;
};

TEST(SdkTls, Item12_connects_to_a_server_whose_certificate_is_trusted_and_to_no_other) {
  const Certificate certificate;
  ScriptedEngine loop;  // for its loop
  TlsServer server(loop.io(), certificate);
  const auto address = [&server](std::string_view host) {
    return *sdk::parse_address("wss://" + std::string(host) + ":" + std::to_string(server.port()));
  };
  const auto outcome = [&loop](sdk::TransportOptions options) {
    Events events;
    sdk::Transport transport(loop.io().get_executor(), std::move(options), events);
    transport.open();
    loop.run_until([&] { return events.is_open || events.closed; });
    return events.is_open ? std::string("open") : events.closed->reason;
  };
  EXPECT_EQ(
      outcome({.address = address("127.0.0.1"), .ca_file = certificate.certificate_file}), "open"
  );
  EXPECT_NE(
      outcome({.address = address("127.0.0.1")}).find("certificate verify failed"),
      std::string::npos
  );
  EXPECT_NE(
      outcome({.address = address("localhost"), .ca_file = certificate.certificate_file})
          .find("certificate verify failed"),
      std::string::npos
  ) << "the certificate is for another name";
  EXPECT_NE(outcome({.address = address("127.0.0.1"), .ca_file = "/no/such/file"}), "open");
  // The system's, wherever its administrator keeps them.
  const Variable system("SSL_CERT_FILE", certificate.certificate_file.c_str());
  EXPECT_EQ(outcome({.address = address("127.0.0.1")}), "open");
}

}  // namespace
}  // namespace iii::test
