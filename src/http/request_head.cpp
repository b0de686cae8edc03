#include "http/request_head.hpp"

#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"
#include "http/request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace iii::http {

namespace beast_http = boost::beast::http;

namespace {

std::string_view view_of(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

// RFC 9112 §3.2: visible ASCII, and no fragment.
bool is_target_text(std::string_view target) noexcept {
  return std::ranges::all_of(target, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

// A name or an address with an optional port: nothing that another reader could take for more.
bool is_host_text(std::string_view host) noexcept {
  return std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (base::lower_ascii(c) >= 'a' && base::lower_ascii(c) <= 'z') ||
           std::string_view("-._~:[]%!$&'()*+,;=").find(c) != std::string_view::npos;
  });
}

// No control characters but the tab; bytes above 127 are opaque.
bool is_value_text(std::string_view value) noexcept {
  return std::ranges::all_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

// The host, and port, of a target that is a whole URL.
struct Authority {
  std::string_view host;
  std::string_view default_port;  // with its colon

  // Whether both name the same; a port that goes without saying may be left out.
  [[nodiscard]] bool is_of(std::string_view other) const noexcept {
    return base::equals_without_case(without_port(host), without_port(other));
  }

 private:
  [[nodiscard]] std::string_view without_port(std::string_view text) const noexcept {
    const std::string_view port = text.ends_with(':') ? ":" : default_port;
    text.remove_suffix(text.ends_with(port) ? port.size() : 0);
    return text;
  }
};

std::optional<Refusal> read_target(
    std::string_view sent, Request& request, std::optional<Authority>& authority
) {
  if (!is_target_text(sent)) {
    return Refusal{400, "the target of the request holds a character that must be escaped"};
  }
  std::string_view target = sent;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() > scheme.size() &&
        base::equals_without_case(target.substr(0, scheme.size()), scheme)) {
      const std::size_t end = std::min(target.find_first_of("/?", scheme.size()), target.size());
      const std::string_view host = target.substr(scheme.size(), end - scheme.size());
      if (host.empty() || !is_host_text(host)) {
        return Refusal{400, "the target of the request names no valid host"};
      }
      authority = Authority{host, scheme == "http://" ? ":80" : ":443"};
      target.remove_prefix(end);
      // RFC 9112 §3.2.2
      if (target.empty()) {
        target = "/";
      }
      break;
    }
  }
  const bool is_asterisk = target == "*" && request.method == "OPTIONS";
  if (!target.starts_with('/') && !is_asterisk) {
    return Refusal{400, "the target of the request is not a path"};
  }
  request.target = target;
  return std::nullopt;
}

// What the headers say about the message itself.
class Framing {
 public:
  std::optional<Refusal> take(const HeaderView& header) {
    if (base::equals_without_case(header.name, "content-length")) {
      return take_length(header.value);
    }
    if (base::equals_without_case(header.name, "transfer-encoding")) {
      return take_coding(header.value);
    }
    if (base::equals_without_case(header.name, "host")) {
      if (host_) {
        return Refusal{400, "the request has two Host headers"};
      }
      host_ = header.value;
      if (!is_host_text(header.value)) {
        return Refusal{400, "the Host header holds a character that no host has"};
      }
    } else if (base::equals_without_case(header.name, "expect")) {
      if (!base::equals_without_case(header.value, "100-continue")) {
        return Refusal{417, "the only expectation that is met is 100-continue"};
      }
      expects_continue_ = true;
    } else if (base::equals_without_case(header.name, "connection")) {
      take_connection(header.value);
    }
    return std::nullopt;
  }

  std::optional<Refusal> conclude(Request& request, const std::optional<Authority>& authority)
      const {
    if (!host_ && request.version >= 11) {
      return Refusal{400, "the request has no Host header"};
    }
    // RFC 9112 §3.2.2 lets the target win; a program in front may have gone by the other one.
    if (host_ && authority && !authority->is_of(*host_)) {
      return Refusal{400, "the target and the Host header name different hosts"};
    }
    if (is_chunked_ && length_) {
      return Refusal{400, "the request has both Content-Length and Transfer-Encoding"};
    }
    if (is_chunked_ && request.version < 11) {
      return Refusal{400, "Transfer-Encoding needs HTTP/1.1"};
    }
    request.body = is_chunked_                ? BodyKind::chunked
                   : length_.value_or(0) != 0 ? BodyKind::sized
                                              : BodyKind::none;
    request.body_bytes = length_.value_or(0);
    // RFC 9110 §10.1.1: of 1.0 it is ignored, and without a body it expects nothing.
    request.expects_continue =
        expects_continue_ && request.version >= 11 && request.body != BodyKind::none;
    request.keeps_alive = request.version >= 11 ? !says_close_ : says_keep_alive_ && !says_close_;
    return std::nullopt;
  }

 private:
  std::optional<Refusal> take_length(std::string_view value) {
    if (length_) {
      return Refusal{400, "the request has two Content-Length headers"};
    }
    std::uint64_t number = 0;
    const char* const end = value.data() + value.size();
    // from_chars takes no sign and no blanks for an unsigned number.
    const auto read = std::from_chars(value.data(), end, number);
    if (value.empty() || read.ptr != end) {
      return Refusal{400, "Content-Length is not a number"};
    }
    if (read.ec != std::errc() || number > std::uint64_t{INT64_MAX}) {
      return Refusal{413, "Content-Length is beyond every limit"};
    }
    length_ = number;
    return std::nullopt;
  }

  std::optional<Refusal> take_coding(std::string_view value) {
    if (is_chunked_) {
      return Refusal{400, "the request has two Transfer-Encoding headers"};
    }
    if (!base::equals_without_case(value, "chunked")) {
      return Refusal{501, "the only transfer coding that is understood is chunked"};
    }
    is_chunked_ = true;
    return std::nullopt;
  }

  void take_connection(std::string_view value) {
    while (!value.empty()) {
      const std::size_t comma = std::min(value.find(','), value.size());
      const std::string_view option = base::trimmed(value.substr(0, comma));
      says_close_ = says_close_ || base::equals_without_case(option, "close");
      says_keep_alive_ = says_keep_alive_ || base::equals_without_case(option, "keep-alive");
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }

  std::optional<std::uint64_t> length_;
  std::optional<std::string_view> host_;
  bool is_chunked_ = false;
  bool expects_continue_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
};

// Whether the request line is of HTTP, whatever its version.
bool names_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  constexpr std::string_view form = " HTTP/1.1";
  return line.size() > form.size() && std::ranges::count(line, ' ') == 2 &&
         std::ranges::equal(line.substr(line.size() - form.size()), form, [](char c, char like) {
           return like == '1' ? c >= '0' && c <= '9' : c == like;
         });
}

Refusal refusal_of(const boost::beast::error_code& error, std::string_view head) {
  if (error == beast_http::error::bad_version && names_version(head)) {
    return {505, "the version of HTTP is neither 1.0 nor 1.1"};
  }
  if (error == beast_http::error::bad_content_length) {
    return {400, "Content-Length cannot be understood"};
  }
  if (error == beast_http::error::bad_transfer_encoding) {
    return {400, "Transfer-Encoding cannot be understood"};
  }
  return {400, "the head of the request is malformed"};
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (base::equals_without_case(headers[i].name, name)) {
      return headers[i].value;
    }
  }
  return std::nullopt;
}

// --- RequestParser ---

void RequestParser::
    on_request_impl(beast_http::verb, View method_text, View target_text, int number, Error&) {
  method = view_of(method_text);
  target = view_of(target_text);
  version = static_cast<unsigned>(number);
}

void RequestParser::on_response_impl(int, View, int, Error&) {
}

void RequestParser::on_field_impl(beast_http::field, View name, View value, Error&) {
  // What a chunked body sends after its last chunk was not known when the request was decided on.
  if (!is_head_done_) {
    headers_.push_back({view_of(name), view_of(value)});
  }
}

void RequestParser::on_header_impl(Error&) {
  is_head_done_ = true;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) {
}

std::size_t RequestParser::on_body_impl(View body, Error&) {
  piece = view_of(body);
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, View, Error&) {
  chunk_bytes_left_ = size;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t rest, View body, Error&) {
  chunk_bytes_left_ = rest - body.size();
  piece = view_of(body);
  return body.size();
}

void RequestParser::on_finish_impl(Error&) {
}

// --- Heads ---

HeadEnd find_head_end(std::string_view bytes, std::size_t scanned, const HeadLimits& limits) {
  const std::string_view head = bytes.substr(0, limits.bytes_max);
  // The last two bytes looked at may be the beginning of the empty line.
  for (std::size_t at = scanned; at < head.size(); ++at) {
    at = head.find('\n', at);
    if (at == std::string_view::npos) {
      break;
    }
    if (at == 0 || head[at - 1] != '\r') {
      return {{}, Refusal{400, "a line of the head ends without a carriage return"}};
    }
    if (at >= 3 && head[at - 2] == '\n') {
      return {at + 1, {}};
    }
  }
  if (bytes.size() < limits.bytes_max) {
    return {};
  }
  const bool is_line = head.find('\n') == std::string_view::npos;
  return {
      {},
      is_line ? Refusal{414, "the request line is too long"}
              : Refusal{431, "the head of the request is too large"}
  };
}

std::optional<Refusal> read_head(
    std::string_view head, const HeadLimits& limits, RequestParser& parser, Request& request
) {
  // Beast joins a line that begins with a blank to the one before (RFC 9112 §5.2 lets us refuse).
  for (std::size_t at = head.find('\n'); at + 1 < head.size(); at = head.find('\n', at + 1)) {
    if (head[at + 1] == ' ' || head[at + 1] == '\t') {
      return Refusal{400, "a header goes on in a second line"};
    }
  }
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.body_limit(boost::none);
  parser.eager(false);
  boost::beast::error_code error;
  const std::size_t parsed = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error) {
    return refusal_of(error, head);
  }
  if (!parser.is_header_done() || parsed != head.size()) {
    return Refusal{400, "the head of the request is malformed"};
  }
  request.headers = parser.headers();
  if (request.headers.size() > limits.headers_max) {
    return Refusal{431, "the request has too many headers"};
  }
  request.method = parser.method;
  request.version = parser.version;
  std::optional<Authority> authority;
  if (const auto refusal = read_target(parser.target, request, authority)) {
    return refusal;
  }
  Framing framing;
  for (const HeaderView& header : request.headers) {
    if (!is_value_text(header.value)) {
      return Refusal{400, "a header holds a control character"};
    }
    if (const auto refusal = framing.take(header)) {
      return refusal;
    }
  }
  return framing.conclude(request, authority);
}

}  // namespace iii::http
