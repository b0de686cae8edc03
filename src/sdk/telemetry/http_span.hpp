// The span around one outgoing HTTP request (spec: sdk §19.3), whoever sends it: give its headers
// to the request, then tell how it ended. User names, passwords and all headers but two stay out.
// One thread at a time.
#pragma once

#include <iii/context.hpp>
#include <iii/span.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::telemetry {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequestHead {
  std::string method;
  std::string url;
  HttpHeaders headers;
  std::optional<std::size_t> body_bytes;
};

class HttpSpan {
 public:
  // `ignored`: substrings of URLs that are sent untraced.
  HttpSpan(const HttpRequestHead& request, std::span<const std::string> ignored);

  // To be added to the request.
  [[nodiscard]] const HttpHeaders& propagation() const noexcept { return propagation_; }

  // Exactly one of them, once.
  void answered(int status, const HttpHeaders& headers);
  void failed(const std::string& error);

 private:
  Span span_;
  HttpHeaders propagation_;
};

// Name and attributes of the span. Pure.
[[nodiscard]] std::pair<std::string, Attributes> describe_request(const HttpRequestHead& request);

}  // namespace iii::telemetry
