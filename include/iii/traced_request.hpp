// A span around an HTTP request that your program sends with whatever HTTP client it has.
//
//   iii::TracedResponse page = iii::execute_traced_request(
//       {.method = "GET", .url = "http://stock.local/items"},
//       [](const iii::TracedRequest& request) { return my_http_client(request); }
//   );
//
// The span is a child of the current one and names method, address, status and sizes; of the
// headers only content-type and accept, of the address neither user nor password. Any thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

struct TracedRequest {
  std::string method = "GET";
  std::string url;  // absolute
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct TracedResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

// Calls `send` once, here, with the request and the headers `traceparent` and `baggage` in place of
// any it has, and returns the answer. A status from 400 makes the span an error. What `send` throws
// (there was no answer) becomes status Error and the event `exception`, and is thrown on. An
// address that contains a text of OTEL_FETCH_IGNORE_URLS is sent as it is, without a span; with
// OtelConfig::fetch_instrumentation_enabled = false every request is.
[[nodiscard]] TracedResponse execute_traced_request(
    TracedRequest request, const std::function<TracedResponse(const TracedRequest& request)>& send
);

}  // namespace iii::inline v0
