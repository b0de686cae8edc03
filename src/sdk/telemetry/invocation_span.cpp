#include "sdk/telemetry/invocation_span.hpp"

#include "base/utf8.hpp"
#include "json/scan.hpp"
#include "sdk/telemetry/payload.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/user_span.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {
namespace {

Attributes payload_attributes(const CapturedPayload& payload) {
  Attributes attributes;
  attributes.push_back({"iii.payload.json", Json(payload.json)});
  attributes.push_back({"iii.payload.truncated", Json(payload.is_truncated)});
  return attributes;
}

}  // namespace

InvocationSpan::InvocationSpan(
    const std::shared_ptr<Recorder>& recorder,
    const InvocationOrigin& origin,
    std::string_view input,
    std::optional<bool> captures_payloads
)
    : span_(
          recorder,
          std::string("execute ").append(origin.function_id),
          {},
          extract_context(origin.traceparent, origin.baggage)
      ) {
  if (recorder) {
    capture_ = recorder->options().payloads;
  }
  // Of a span that nobody records, payloads are not worth their time.
  capture_.is_on = captures_payloads.value_or(capture_.is_on) && span_.span().is_recording();
  if (capture_.is_on) {
    span_.span().add_event(
        "iii.invocation.input", payload_attributes(capture_payload(input, capture_))
    );
  }
}

void InvocationSpan::record_output(std::string_view output, bool is_ok) {
  Attributes attributes = payload_attributes(capture_payload(output, capture_));
  attributes.push_back({"iii.payload.ok", Json(is_ok)});
  span_.span().add_event("iii.invocation.output", std::move(attributes));
}

void InvocationSpan::succeed(std::string_view output) {
  if (capture_.is_on) {
    record_output(output, true);
  }
  span_.succeed();
}

void InvocationSpan::fail(const Failure& failure) {
  if (capture_.is_on) {
    record_output(R"({"error":)" + json::quoted(base::repaired_utf8(failure.message)) + '}', false);
  }
  span_.fail(failure);
}

}  // namespace iii::telemetry
