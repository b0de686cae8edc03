#include "base/lower_ascii.hpp"
#include "sdk/telemetry/http_span.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>
#include <iii/span.hpp>
#include <iii/traced_request.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {
TracedResponse execute_traced_request(
    TracedRequest request, const std::function<TracedResponse(const TracedRequest& request)>& send
) {
  const auto recorder = telemetry::recorder_of(capture_context());
  if (recorder && !recorder->options().traces_requests) {
    return send(request);
  }
  const std::span<const std::string> ignored =
      recorder ? std::span<const std::string>(recorder->options().ignored_urls)
               : std::span<const std::string>();
  telemetry::HttpSpan span(
      {.method = request.method,
       .url = request.url,
       .headers = request.headers,
       .body_bytes =
           request.body.empty() ? std::nullopt : std::optional<std::size_t>(request.body.size())},
      ignored
  );
  for (const auto& header : span.propagation()) {
    std::erase_if(request.headers, [&](const auto& given) {
      return base::equals_without_case(given.first, header.first);
    });
    request.headers.push_back(header);
  }
  try {
    TracedResponse response = send(request);
    span.answered(response.status, response.headers);
    return response;
  } catch (...) {
    span.failed(detail::current_exception_text());
    throw;
  }
}

}  // namespace iii::inline v0
