#include "sdk/telemetry/user_span.hpp"

#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>
#include <iii/span.hpp>

#include <memory>
#include <string>
#include <utility>

namespace iii::telemetry {

UserSpan::UserSpan(
    const std::shared_ptr<Recorder>& recorder,
    std::string name,
    Attributes attributes,
    Context parent
)
    : context_(std::move(parent)) {
  if (recorder) {
    auto live =
        recorder->begin_span(std::move(name), SpanKind::internal, context_, std::move(attributes));
    context_ = context_.with_span(live);
    span_ = Span(std::move(live));
  }
}

void UserSpan::succeed() const {
  span_.set_ok();
  span_.end();
}

void UserSpan::fail(const Failure& failure) const {
  span_.record_exception(failure.type, failure.message, failure.stacktrace);
  span_.set_error(failure.message);
  span_.end();
}

}  // namespace iii::telemetry
