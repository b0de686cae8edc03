#include "websocket/handshake.hpp"

#include "base/random.hpp"
#include "http/head.hpp"

#include <iii/engine_error.hpp>

// Boost's own SHA-1 and Beast's base64, both private details of their libraries, used in this file
// alone: the handshake needs them as a checksum, not for secrecy, and OpenSSL would cost the engine
// its start-up time.
#include <boost/beast/core/detail/base64.hpp>
#include <boost/uuid/detail/sha1.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace iii::websocket {

namespace {

EngineError refusal(std::string message) {
  return {EngineErrorCode::invalid_message, std::move(message)};
}

}  // namespace

EngineStatus check_upgrade(const http::RequestHead& request) {
  if (request.method != "GET" || request.version != 11) {
    return refusal("A WebSocket is opened by a GET request of HTTP/1.1");
  }
  if (!http::header_lists(request.headers, "Connection", "upgrade")) {
    return refusal("Connection header did not include 'upgrade'");
  }
  if (!http::header_lists(request.headers, "Upgrade", "websocket")) {
    return refusal("Upgrade header did not include 'websocket'");
  }
  if (!http::header_lists(request.headers, "Sec-WebSocket-Version", "13")) {
    return refusal("Sec-WebSocket-Version header did not include '13'");
  }
  if (http::find_header(request.headers, "Sec-WebSocket-Key").value_or("").empty()) {
    return refusal("Sec-WebSocket-Key header missing");
  }
  return {};
}

std::string upgrade_response(const http::RequestHead& request, std::string_view extra_headers) {
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Accept: ";
  text += accept_value(http::find_header(request.headers, "Sec-WebSocket-Key").value_or(""));
  text += "\r\n";
  text += extra_headers;
  text += "\r\n";
  return text;
}

std::string accept_value(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
  boost::uuids::detail::sha1 hash;
  hash.process_bytes(key.data(), key.size());
  hash.process_bytes(guid.data(), guid.size());
  boost::uuids::detail::sha1::digest_type words{};
  hash.get_digest(words);
  std::array<std::uint8_t, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  }
  namespace base64 = boost::beast::detail::base64;
  std::string text(base64::encoded_size(digest.size()), '\0');
  text.resize(base64::encode(text.data(), digest.data(), digest.size()));
  return text;
}

std::string client_key(base::Random& random) {
  const std::array<std::uint64_t, 2> bytes = {random.next(), random.next()};
  namespace base64 = boost::beast::detail::base64;
  std::string text(base64::encoded_size(sizeof bytes), '\0');
  text.resize(base64::encode(text.data(), bytes.data(), sizeof bytes));
  return text;
}

std::string upgrade_request(const ClientRequest& request) {
  std::string text = "GET " + request.target + " HTTP/1.1\r\nHost: " + request.host +
                     "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
                     request.key + "\r\n";
  text += request.extra_headers;
  text += "\r\n";
  return text;
}

EngineStatus check_upgrade_response(const http::ResponseHead& response, std::string_view key) {
  if (response.status != 101) {
    return refusal(
        "the server answered the WebSocket handshake with status " +
        std::to_string(response.status) + " instead of 101"
    );
  }
  if (!http::header_lists(response.headers, "Connection", "upgrade")) {
    return refusal("the server's Connection header does not list 'upgrade'");
  }
  if (!http::header_lists(response.headers, "Upgrade", "websocket")) {
    return refusal("the server's Upgrade header does not list 'websocket'");
  }
  if (http::find_header(response.headers, "Sec-WebSocket-Accept") != accept_value(key)) {
    return refusal("the server's Sec-WebSocket-Accept header does not answer our key");
  }
  // We offer none, so a server that names one would speak something that we cannot read (RFC 6455
  // §4.1).
  if (!http::find_header(response.headers, "Sec-WebSocket-Extensions").value_or("").empty()) {
    return refusal("the server chose a WebSocket extension that was not offered");
  }
  return {};
}

}  // namespace iii::websocket
