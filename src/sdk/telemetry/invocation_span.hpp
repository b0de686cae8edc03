// The span around one handler call (spec: sdk §18.6): `execute <function id>`, child of the
// caller's span, with the caller's baggage and, unless switched off, the payloads.
//
//   InvocationSpan span(recorder, {function_id, traceparent, baggage}, input);
//   { ContextScope scope(span.context()); run the handler; }
//   span.succeed(output);   // or fail(…); exactly one of them, once
//
// Without a recorder the handler still gets the caller's context, so that what it calls and logs
// belongs to the caller's trace. On any thread, one at a time.
#pragma once

#include "sdk/telemetry/payload.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/user_span.hpp"

#include <iii/context.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace iii::telemetry {

struct InvocationOrigin {
  std::string_view function_id;
  std::string_view traceparent;  // empty: none
  std::string_view baggage;
};

class InvocationSpan {
 public:
  // `input`: the payload as well-formed JSON text.
  InvocationSpan(
      const std::shared_ptr<Recorder>& recorder,
      const InvocationOrigin& origin,
      std::string_view input,
      std::optional<bool> captures_payloads = {}  // of this function; none: as the recorder does
  );

  [[nodiscard]] const Context& context() const noexcept { return span_.context(); }

  void succeed(std::string_view output);

  using Failure = UserSpan::Failure;
  void fail(const Failure& failure);

 private:
  void record_output(std::string_view output, bool is_ok);

  UserSpan span_;
  PayloadCapture capture_;
};

}  // namespace iii::telemetry
