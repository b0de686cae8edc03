// The opening handshake (RFC 6455 §4) for both roles, over parsed request and response heads.
// Sans-IO.
#pragma once

#include "base/random.hpp"
#include "http/head.hpp"

#include <iii/engine_error.hpp>

#include <string>
#include <string_view>

namespace iii::websocket {

// Checks that `request` asks for a WebSocket upgrade. The error's message is the text for a 400
// response, worded like the official engines' where they have one ("Connection header did not
// include 'upgrade'").
[[nodiscard]] EngineStatus check_upgrade(const http::RequestHead& request);

// The 101 response, complete. `extra_headers`: whole lines ending in CRLF, or empty. No
// subprotocol, no extension.
[[nodiscard]] std::string upgrade_response(
    const http::RequestHead& request, std::string_view extra_headers
);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2).
[[nodiscard]] std::string accept_value(std::string_view key);

// --- Client role ---

struct ClientRequest {
  std::string host;    // host:port, as it stands in the Host header
  std::string target;  // path and query
  std::string key;     // 16 random bytes in base64
  std::string extra_headers;
};
// A fresh Sec-WebSocket-Key.
[[nodiscard]] std::string client_key(base::Random& random);
[[nodiscard]] std::string upgrade_request(const ClientRequest& request);
[[nodiscard]] EngineStatus check_upgrade_response(
    const http::ResponseHead& response, std::string_view key
);

}  // namespace iii::websocket
