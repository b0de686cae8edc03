// https:// of the HTTP client: the certificate decides.
#include "certificate.hpp"
#include "net/http_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using net::HttpClient;
using net::HttpOutcome;

class HttpClientTls : public testing::Test {
 protected:
  HttpClientTls() {
    tls_.use_certificate_chain_file(certificate.certificate_file);
    tls_.use_private_key_file(certificate.key_file, asio::ssl::context::pem);
  }

  // One request, which the server answers if the client likes it.
  HttpOutcome ask(const std::string& host, std::string certificates) {
    std::promise<HttpOutcome> outcome;
    HttpClient client(
        {.idle_connections_max = 1,
         .idle_max = 1s,
         .head_bytes_max = 1000,
         .response_bytes_max = 1000,
         .all_responses_bytes_max = 1000,
         .refuses = {},
         .certificates = std::move(certificates)},
        [&](HttpOutcome result) { outcome.set_value(std::move(result)); }
    );
    const std::string port = std::to_string(acceptor_.local_endpoint().port());
    client.send({.method = "POST", .url = "https://" + host + ":" + port, .timeout = 30s});
    serve_one();
    return outcome.get_future().get();
  }

  Certificate certificate;

 private:
  void serve_one() {
    asio::ssl::stream<tcp::socket> stream(acceptor_.accept(), tls_);
    boost::system::error_code error;
    (void)stream.handshake(asio::ssl::stream_base::server, error);
    std::string request;
    if (!error) {
      asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
    }
    if (!error) {
      constexpr std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1";
      asio::write(stream, asio::buffer(response), error);
    }
  }

  asio::io_context io_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

TEST_F(HttpClientTls, asks_a_host_whose_certificate_is_trusted) {
  const HttpOutcome outcome = ask("127.0.0.1", certificate.certificate_file);
  EXPECT_EQ(outcome.kind, HttpOutcome::Kind::answered) << outcome.reason;
  EXPECT_EQ(outcome.body, "1");
}

TEST_F(HttpClientTls, asks_no_host_whose_certificate_is_not) {
  const HttpOutcome outcome = ask("127.0.0.1", "");
  EXPECT_EQ(outcome.kind, HttpOutcome::Kind::not_answered);
  EXPECT_NE(outcome.reason.find("certificate"), std::string::npos) << outcome.reason;
}

TEST_F(HttpClientTls, asks_no_host_with_the_certificate_of_another) {
  const HttpOutcome outcome = ask("localhost", certificate.certificate_file);
  EXPECT_EQ(outcome.kind, HttpOutcome::Kind::not_answered);
  EXPECT_NE(outcome.reason.find("name"), std::string::npos) << outcome.reason;
}

}  // namespace
}  // namespace iii::test
