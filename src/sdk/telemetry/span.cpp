#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/live_span.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace iii::inline v0 {
namespace {

using telemetry::SpanStatus;
using telemetry::StatusChange;

Span current_span() {
  return Span(detail::current_context_slot().context.span());
}

Context parent_of(const SpanOptions& options) {
  const Context& current = detail::current_context_slot().context;
  return options.traceparent.empty() ? current
                                     : current.with_trace(TraceContext::parse(options.traceparent));
}

}  // namespace

bool Span::is_recording() const noexcept {
  return span_ != nullptr && span_->is_recording();
}

TraceContext Span::trace() const noexcept {
  return span_ ? span_->trace() : TraceContext{};
}

void Span::set_attribute(std::string key, Json value) const {
  if (is_recording()) {
    span_->change(Attribute{std::move(key), std::move(value)});
  }
}

void Span::add_event(std::string name, Attributes attributes) const {
  if (is_recording()) {
    span_->change(telemetry::SpanEvent{std::move(name), span_->now(), std::move(attributes)});
  }
}

void Span::add_link(TraceContext to, Attributes attributes) const {
  if (is_recording() && to.is_valid()) {
    span_->change(telemetry::SpanLink{to, std::move(attributes)});
  }
}

void Span::set_ok() const {
  if (is_recording()) {
    span_->change(StatusChange{SpanStatus::ok, {}});
  }
}

void Span::set_error(std::string message) const {
  if (is_recording()) {
    span_->change(StatusChange{SpanStatus::error, std::move(message)});
  }
}

void Span::record_exception(
    const std::string& type, const std::string& message, const std::string& stacktrace
) const {
  Attributes attributes;
  attributes.push_back({"exception.type", Json(type)});
  attributes.push_back({"exception.message", Json(message)});
  if (!stacktrace.empty()) {
    attributes.push_back({"exception.stacktrace", Json(stacktrace)});
  }
  add_event("exception", std::move(attributes));
}

void Span::end() const {
  if (span_) {
    span_->end();
  }
}

Span start_span(std::string name, SpanOptions options) {
  const Context parent = parent_of(options);
  const auto recorder = telemetry::recorder_of(capture_context());
  return recorder ? Span(recorder->begin_span(
                        std::move(name), options.kind, parent, std::move(options.attributes)
                    ))
                  : Span();
}

ActiveSpan::Begun ActiveSpan::begin(std::string name, SpanOptions options) {
  Context parent = parent_of(options);
  const auto recorder = telemetry::recorder_of(detail::current_context_slot().context);
  if (!recorder) {
    return {Span(), std::move(parent)};
  }
  auto span =
      recorder->begin_span(std::move(name), options.kind, parent, std::move(options.attributes));
  return {Span(span), parent.with_span(span)};
}

ActiveSpan::ActiveSpan(std::string name, SpanOptions options)
    : ActiveSpan(begin(std::move(name), std::move(options))) {
}

ActiveSpan::ActiveSpan(Begun begun)
    : span_(std::move(begun.span)), scope_(std::move(begun.context)) {
}

ActiveSpan::~ActiveSpan() {
  span_.end();
}

bool current_span_is_recording() noexcept {
  const auto& span = detail::current_context_slot().context.span();
  return span != nullptr && span->is_recording();
}

void set_current_span_attribute(std::string key, Json value) {
  current_span().set_attribute(std::move(key), std::move(value));
}

void set_current_span_error(std::string message) {
  current_span().set_error(std::move(message));
}

void record_span_event(std::string name, Attributes attributes) {
  current_span().add_event(std::move(name), std::move(attributes));
}

namespace detail {

void fail_span(const Span& span, std::string message) {
  span.record_exception("Error", message);
  span.set_error(std::move(message));
}

std::string current_exception_text() {
  try {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace detail
}  // namespace iii::inline v0
