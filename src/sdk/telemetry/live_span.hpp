// A span that has begun and not yet ended, shared by all that may still add to it. Changes from any
// thread are collected without a lock and folded in their order when the span ends; then the
// recorder gets the whole. An unsampled span has ids, for those below it, and takes nothing.
#pragma once

#include "base/time.hpp"
#include "sdk/telemetry/mailbox.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <variant>

namespace iii::telemetry {

class Recorder;

struct StatusChange {
  SpanStatus status;
  std::string message;
};
using SpanChange = std::variant<Attribute, SpanEvent, SpanLink, StatusChange>;

class LiveSpan {
 public:
  LiveSpan(std::shared_ptr<Recorder> recorder, SpanRecord begun);
  LiveSpan(const LiveSpan&) = delete;
  LiveSpan& operator=(const LiveSpan&) = delete;
  ~LiveSpan();  // ends it

  [[nodiscard]] const TraceContext& trace() const noexcept { return begun_.trace; }
  [[nodiscard]] bool is_recording() const noexcept;
  [[nodiscard]] const std::shared_ptr<Recorder>& recorder() const noexcept { return recorder_; }
  [[nodiscard]] base::WallTime now() const;

  void change(SpanChange change);
  void end();

 private:
  std::shared_ptr<Recorder> recorder_;
  SpanRecord begun_;  // not written after construction, except by the one call that ends the span
  Mailbox<SpanChange> changes_;
  std::atomic<bool> is_ended_ = false;
};

}  // namespace iii::telemetry
