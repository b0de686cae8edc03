#include "sdk/address.hpp"

#include "base/lower_ascii.hpp"

#include <iii/error.hpp>
#include <iii/result.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::sdk {
namespace {

constexpr std::uint16_t plain_port = 80;
constexpr std::uint16_t tls_port = 443;

// Without the query: tokens stand there.
Error refusal(std::string_view address, std::string_view problem) {
  address = address.substr(0, address.find('?'));
  return Error::websocket("the address '" + std::string(address) + "' " + std::string(problem));
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What can stand in a request line and a Host header without ending them.
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c != '\x7f'; });
}

bool has_prefix_without_case(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() &&
         std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(), [](char want, char c) {
           return want == base::lower_ascii(c);
         });
}

// "host", "host:port", "[v6]:port" into the address; what is wrong otherwise.
std::string_view read_authority(std::string_view authority, Address& out) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) {
      return "has a bracket that is not closed";
    }
    out.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    has_port = !port.empty();
    if (has_port && !port.starts_with(':')) {
      return "has something between host and port";
    }
  } else {
    const std::size_t colon = authority.find(':');
    out.host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    port = has_port ? authority.substr(colon) : "";
  }
  if (out.host.empty()) {
    return "names no host";
  }
  if (has_port) {
    port.remove_prefix(1);
    const char* const end = port.data() + port.size();
    const auto parsed = std::from_chars(port.data(), end, out.port);
    if (parsed.ec != std::errc() || parsed.ptr != end || out.port == 0) {
      return "has a port that is no number from 1 to 65535";
    }
  }
  return "";
}

void strip_trailing_slashes(std::string& path) {
  while (path.ends_with('/')) {
    path.pop_back();
  }
}

}  // namespace

std::string Address::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (is_tls ? tls_port : plain_port)) {
    text.append(":").append(std::to_string(port));
  }
  return text;
}

std::string Address::target() const {
  return query.empty() ? path : path + "?" + query;
}

std::ostream& operator<<(std::ostream& out, const Address& address) {
  return out << (address.is_tls ? "wss://" : "ws://") << address.authority() << address.target();
}

Result<Address> parse_address(std::string_view text) {
  Address out;
  std::string_view rest = text;
  if (has_prefix_without_case(rest, "ws://")) {
    rest.remove_prefix(5);
  } else if (has_prefix_without_case(rest, "wss://")) {
    rest.remove_prefix(6);
    out.is_tls = true;
    out.port = tls_port;
  } else {
    return refusal(text, "does not begin with ws:// or wss://");
  }
  if (!is_printable(rest)) {
    return refusal(text, "contains a space or a control character");
  }
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    // A Host header has no place for it: user and password go into an Authorization header.
    return refusal("…", "contains a user name; put credentials into a header");
  }
  if (const std::string_view problem = read_authority(authority, out); !problem.empty()) {
    return refusal(text, problem);
  }
  rest.remove_prefix(authority.size());
  const std::size_t question = rest.find('?');
  out.path = rest.substr(0, question);
  if (out.path.empty()) {
    out.path = "/";
  }
  if (question != std::string_view::npos) {
    out.query = rest.substr(question + 1);
  }
  return out;
}

bool is_same_host(const Address& left, const Address& right) {
  return left.is_tls == right.is_tls && left.port == right.port &&
         base::equals_without_case(left.host, right.host);
}

Address telemetry_address(Address engine) {
  strip_trailing_slashes(engine.path);
  if (!engine.path.ends_with("/otel")) {
    engine.path += "/otel";
  }
  return engine;
}

Address channel_address(
    Address engine,
    std::string_view channel_id,
    std::string_view access_key,
    std::string_view direction
) {
  strip_trailing_slashes(engine.path);
  engine.path.append("/ws/channels/").append(channel_id);
  std::string query = "key=" + percent_encoded(access_key) + "&dir=" + std::string(direction);
  if (!engine.query.empty()) {
    query.append("&").append(engine.query);
  }
  engine.query = std::move(query);
  return engine;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(digits[byte >> 4U]);
      out.push_back(digits[byte & 0xfU]);
    }
  }
  return out;
}

}  // namespace iii::sdk
