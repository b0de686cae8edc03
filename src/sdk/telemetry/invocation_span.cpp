#include "sdk/telemetry/invocation_span.hpp"

#include "base/utf8.hpp"
#include "json/scan.hpp"
#include "sdk/telemetry/payload.hpp"
#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>

#include <memory>
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
    const PayloadCapture* capture
)
    : context_(extract_context(origin.traceparent, origin.baggage)) {
  if (!recorder) {
    capture_.is_on = false;
    return;
  }
  auto live = recorder->begin_span(
      std::string("execute ").append(origin.function_id), SpanKind::internal, context_
  );
  context_ = Context(live, context_.baggage());
  span_ = Span(std::move(live));
  capture_ = capture != nullptr ? *capture : recorder->options().payloads;
  // Of a span that nobody records, payloads are not worth their time.
  capture_.is_on = capture_.is_on && span_.is_recording();
  if (capture_.is_on) {
    span_.add_event("iii.invocation.input", payload_attributes(capture_payload(input, capture_)));
  }
}

void InvocationSpan::record_output(std::string_view output, bool is_ok) {
  Attributes attributes = payload_attributes(capture_payload(output, capture_));
  attributes.push_back({"iii.payload.ok", Json(is_ok)});
  span_.add_event("iii.invocation.output", std::move(attributes));
}

void InvocationSpan::succeed(std::string_view output) {
  if (capture_.is_on) {
    record_output(output, true);
  }
  span_.set_ok();
  span_.end();
}

void InvocationSpan::fail(const Failure& failure) {
  if (capture_.is_on) {
    record_output(R"({"error":)" + json::quoted(base::repaired_utf8(failure.message)) + '}', false);
  }
  span_.record_exception(failure.type, failure.message, failure.stacktrace);
  span_.set_error(failure.message);
  span_.end();
}

}  // namespace iii::telemetry
