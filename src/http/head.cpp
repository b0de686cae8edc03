#include "http/head.hpp"

#include "base/form_text.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"

#include <iii/engine_error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {

namespace {

namespace beast_http = boost::beast::http;
using BeastError = boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string to_text(BeastView view) {
  return {view.data(), view.size()};
}

// Collects what Beast's parser finds up to the end of the head; bodies are not its concern.
template <bool is_request, class Head>
class HeadParser final : public beast_http::basic_parser<is_request> {
 public:
  Head head;

 private:
  void on_request_impl(
      beast_http::verb /*verb*/,
      BeastView method,
      BeastView target,
      int version,
      BeastError& /*error*/
  ) override {
    if constexpr (is_request) {
      head.method = to_text(method);
      head.target = to_text(target);
      head.version = static_cast<unsigned>(version);
    }
  }
  void on_response_impl(
      int status, BeastView /*reason*/, int /*version*/, BeastError& /*error*/
  ) override {
    if constexpr (!is_request) {
      head.status = static_cast<unsigned>(status);
    }
  }
  void on_field_impl(
      beast_http::field /*field*/, BeastView name, BeastView value, BeastError& /*error*/
  ) override {
    head.headers.push_back({to_text(name), to_text(value)});
  }
  void on_header_impl(BeastError& /*error*/) override {}
  void on_body_init_impl(
      const boost::optional<std::uint64_t>& /*length*/, BeastError& /*error*/
  ) override {}
  std::size_t on_body_impl(BeastView body, BeastError& /*error*/) override { return body.size(); }
  void on_chunk_header_impl(
      std::uint64_t /*size*/, BeastView /*extensions*/, BeastError& /*error*/
  ) override {}
  std::size_t on_chunk_body_impl(
      std::uint64_t /*rest*/, BeastView body, BeastError& /*error*/
  ) override {
    return body.size();
  }
  void on_finish_impl(BeastError& /*error*/) override {}
};

template <bool is_request, class Head>
EngineResult<std::optional<ParsedHead<Head>>> parse_head(
    std::string_view bytes, std::size_t bytes_max
) {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  const std::string kind = is_request ? "request" : "response";
  // A head starts with a method or with "HTTP/": another protocol (TLS on this port) is refused at
  // its first byte.
  if (!bytes.empty() && (base::lower_ascii(bytes[0]) < 'a' || base::lower_ascii(bytes[0]) > 'z')) {
    return EngineError{
        EngineErrorCode::invalid_message, "the " + kind + " does not begin like HTTP"
    };
  }
  const std::size_t end = bytes.substr(0, bytes_max).find(end_of_head);
  if (end == std::string_view::npos) {
    if (bytes.size() < bytes_max) {
      return std::optional<ParsedHead<Head>>();
    }
    return EngineError{
        EngineErrorCode::limit_exceeded,
        "the " + kind + " head is larger than " + std::to_string(bytes_max) + " bytes"
    };
  }
  // Beast sees the head only when it is whole: the outcome cannot depend on how the bytes arrive.
  const std::size_t head_bytes = end + end_of_head.size();
  HeadParser<is_request, Head> parser;
  parser.header_limit(static_cast<std::uint32_t>(head_bytes + 1));
  parser.body_limit(boost::none);
  BeastError error;
  const std::size_t parsed = parser.put(boost::asio::const_buffer(bytes.data(), head_bytes), error);
  if (error || !parser.is_header_done() || parsed != head_bytes) {
    return EngineError{
        EngineErrorCode::invalid_message, "the " + kind + " head is malformed: " + error.message()
    };
  }
  return std::optional<ParsedHead<Head>>({std::move(parser.head), head_bytes});
}

// nullopt when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> decode_query_text(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? base::hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? base::hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<std::string_view> find_header(
    const std::vector<Header>& headers, std::string_view name
) noexcept {
  for (const Header& header : headers) {
    if (base::equals_without_case(header.name, name)) {
      return header.value;
    }
  }
  return std::nullopt;
}

bool header_lists(
    const std::vector<Header>& headers, std::string_view name, std::string_view token
) noexcept {
  for (const Header& header : headers) {
    if (!base::equals_without_case(header.name, name)) {
      continue;
    }
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (base::equals_without_case(base::trimmed(rest.substr(0, comma)), token)) {
        return true;
      }
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::string_view RequestHead::path() const noexcept {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view RequestHead::query() const noexcept {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

EngineResult<std::optional<ParsedHead<RequestHead>>> parse_request_head(
    std::string_view bytes, std::size_t bytes_max
) {
  return parse_head<true, RequestHead>(bytes, bytes_max);
}

EngineResult<std::optional<ParsedHead<ResponseHead>>> parse_response_head(
    std::string_view bytes, std::size_t bytes_max
) {
  return parse_head<false, ResponseHead>(bytes, bytes_max);
}

EngineResult<std::vector<std::pair<std::string, std::string>>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) {
      continue;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> key = decode_query_text(pair.substr(0, equals));
    std::optional<std::string> value =
        decode_query_text(pair.substr(std::min(equals + 1, pair.size())));
    if (!key || !value) {
      return EngineError{
          EngineErrorCode::invalid_message,
          "the query's '" + std::string(pair) + "' holds a broken percent escape"
      };
    }
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return pairs;
}

std::string response(
    unsigned status,
    std::string_view extra_headers,
    std::string_view content_type,
    std::string_view body
) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + ' ';
  text += to_text(beast_http::obsolete_reason(static_cast<beast_http::status>(status)));
  text += "\r\n";
  if (status >= 200) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  if (!content_type.empty()) {
    text += "Content-Type: ";
    text += content_type;
    text += "\r\n";
  }
  text += extra_headers;
  text += "Connection: close\r\n\r\n";
  text += body;
  return text;
}

}  // namespace iii::http
