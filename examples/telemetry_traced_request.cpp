// An HTTP request with a span around it. The HTTP client is yours: here one that only pretends.
#include <iii/client.hpp>
#include <iii/traced_request.hpp>

#include <iostream>

namespace {

iii::TracedResponse pretend(const iii::TracedRequest& request) {
  std::cout << request.method << ' ' << request.url << '\n';
  for (const auto& header : request.headers) {
    std::cout << header.first << '\n';  // traceparent: the server can go on with the trace
  }
  return {.status = 200, .body = "[]"};
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "request-example"});
  const auto answer = iii::execute_traced_request({.url = "http://stock.local/items"}, pretend);
  std::cout << answer.status << '\n';
  client.shutdown();
}
