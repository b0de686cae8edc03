// The span around user code that the SDK runs: a function, a callback of a trigger type.
//
//   UserSpan span(recorder, "register trigger tick", attributes);
//   { ContextScope scope(span.context()); run it; }
//   span.succeed();   // or fail(…); exactly one of them, once
//
// Without a recorder there is no span, and the code runs in the parent's context. On any thread,
// one at a time.
#pragma once

#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>
#include <iii/span.hpp>

#include <memory>
#include <string>

namespace iii::telemetry {

class UserSpan {
 public:
  UserSpan(
      const std::shared_ptr<Recorder>& recorder,
      std::string name,
      Attributes attributes,
      Context parent = {}
  );

  // To be current while the code runs.
  [[nodiscard]] const Context& context() const noexcept { return context_; }
  [[nodiscard]] const Span& span() const noexcept { return span_; }

  struct Failure {
    std::string type;  // the wire code; `InvocationError` for any other exception
    std::string message;
    std::string stacktrace;
  };
  void succeed() const;
  void fail(const Failure& failure) const;

 private:
  Context context_;
  Span span_;
};

}  // namespace iii::telemetry
