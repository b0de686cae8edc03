// HTTP/1.1 message heads around Boost.Beast's parser: bytes in, a head out. Sans-IO. Bodies come
// with the HTTP worker.
#pragma once

#include <iii/engine_error.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::http {

struct Header {
  std::string name;  // as sent
  std::string value;
};

// Header names compare without case.
[[nodiscard]] std::optional<std::string_view> find_header(
    const std::vector<Header>& headers, std::string_view name
) noexcept;
// Whether a comma-separated header, in any of its lines, lists `token` (compared without case).
[[nodiscard]] bool header_lists(
    const std::vector<Header>& headers, std::string_view name, std::string_view token
) noexcept;

struct RequestHead {
  std::string method;
  std::string target;     // path and query as sent
  unsigned version = 11;  // 10 or 11
  std::vector<Header> headers;

  [[nodiscard]] std::string_view path() const noexcept;   // without the query
  [[nodiscard]] std::string_view query() const noexcept;  // without the question mark
};

struct ResponseHead {
  unsigned status = 0;
  std::vector<Header> headers;
};

// How many bytes of the input the head took, with its closing empty line.
template <class Head>
struct ParsedHead {
  Head head;
  std::size_t bytes = 0;
};

// nullopt: the head is not complete yet; call again with all the bytes so far. An EngineError: not
// HTTP, or larger than `bytes_max`.
[[nodiscard]] EngineResult<std::optional<ParsedHead<RequestHead>>> parse_request_head(
    std::string_view bytes, std::size_t bytes_max
);
[[nodiscard]] EngineResult<std::optional<ParsedHead<ResponseHead>>> parse_response_head(
    std::string_view bytes, std::size_t bytes_max
);

// "key=a%20b&dir=read" into decoded pairs, in order. An EngineError names the pair whose percent
// escape is broken.
[[nodiscard]] EngineResult<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query
);

// A whole response with Content-Length (none for 1xx) and Connection: close.
[[nodiscard]] std::string response(
    unsigned status,
    std::string_view extra_headers,
    std::string_view content_type,
    std::string_view body
);

}  // namespace iii::http
