#include "sdk/telemetry/hex.hpp"

#include <iii/trace_context.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace iii::inline v0 {

TraceContext TraceContext::parse(std::string_view traceparent) noexcept {
  // 00-<32 hex trace id>-<16 hex span id>-<2 hex flags>
  if (traceparent.size() != 55 || !traceparent.starts_with("00-") || traceparent[35] != '-' ||
      traceparent[52] != '-') {
    return {};
  }
  const auto high = telemetry::parse_hex(traceparent.substr(3, 16));
  const auto low = telemetry::parse_hex(traceparent.substr(19, 16));
  const auto span = telemetry::parse_hex(traceparent.substr(36, 16));
  const auto flags = telemetry::parse_hex(traceparent.substr(53, 2));
  if (!high || !low || !span || !flags) {
    return {};
  }
  const TraceContext context{
      .trace_high = *high,
      .trace_low = *low,
      .span = *span,
      .flags = static_cast<std::uint8_t>(*flags),
  };
  return context.is_valid() ? context : TraceContext{};
}

std::string TraceContext::trace_id() const {
  std::string text;
  telemetry::append_hex(trace_high, 16, text);
  telemetry::append_hex(trace_low, 16, text);
  return text;
}

std::string TraceContext::span_id() const {
  std::string text;
  telemetry::append_hex(span, 16, text);
  return text;
}

std::string TraceContext::traceparent() const {
  std::string text;
  if (is_valid()) {
    text.reserve(55);
    text += "00-";
    text += trace_id();
    text += '-';
    text += span_id();
    text += '-';
    telemetry::append_hex(flags, 2, text);
  }
  return text;
}

}  // namespace iii::inline v0
