// Where an engine listens: ws:// and wss:// addresses, and the paths of its three kinds of sockets
// (spec: sdk §3.2, §11.2, §18.3). Pure; any thread.
#pragma once

#include <iii/result.hpp>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace iii::sdk {

class InProcessEngine;

struct Address {
  bool is_tls = false;
  std::string host;  // a name, or an IP address without brackets
  std::uint16_t port = 80;
  std::string path = "/";
  std::string query;  // without the question mark, as given
  // Of an engine in this process, which takes the place of the host (transport_in_process.hpp).
  std::shared_ptr<InProcessEngine> in_process = {};

  // For the Host header: with brackets around IPv6, without the scheme's own port.
  [[nodiscard]] std::string authority() const;
  // For the request line.
  [[nodiscard]] std::string target() const;

  friend bool operator==(const Address&, const Address&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Address& address);
};

// An error of kind websocket names what is wrong. A missing port is the scheme's own, 80 or 443.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

// Whether both are reached at the same scheme, host and port, as they are written.
[[nodiscard]] bool is_same_host(const Address& left, const Address& right);

// Where this engine takes telemetry: `/otel` behind the path, unless it stands there already.
[[nodiscard]] Address telemetry_address(Address engine);

// One end of a channel; `direction` is "read" or "write". The engine's query is kept behind ours.
[[nodiscard]] Address channel_address(
    Address engine,
    std::string_view channel_id,
    std::string_view access_key,
    std::string_view direction
);

// Every byte but A-Z a-z 0-9 - _ . ~ becomes %XX (spec: sdk §11.2).
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace iii::sdk
