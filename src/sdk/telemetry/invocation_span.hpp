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

#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>
#include <iii/span.hpp>

#include <memory>
#include <string>
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
      const PayloadCapture* capture = nullptr  // of this function; nullptr: the recorder's
  );

  [[nodiscard]] const Context& context() const noexcept { return context_; }

  // Whether succeed() wants the output, so that it need not be made into text for nothing.
  [[nodiscard]] bool wants_output() const noexcept { return capture_.is_on; }
  void succeed(std::string_view output);

  struct Failure {
    std::string type;  // the wire code; `InvocationError` for any other exception
    std::string message;
    std::string stacktrace;
  };
  void fail(const Failure& failure);

 private:
  void record_output(std::string_view output, bool is_ok);

  Context context_;
  Span span_;
  PayloadCapture capture_;
};

}  // namespace iii::telemetry
