#include "sdk/telemetry/recorder.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/live_span.hpp"
#include "sdk/telemetry/mailbox.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>
#include <iii/trace_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace iii::telemetry {

namespace limits = base::limits;

Recorder::Recorder(RecorderOptions options, RecorderPorts ports)
    : options_(std::move(options)), ports_(std::move(ports)) {
}

// splitmix64 over a shared counter: distinct for 2^64 ids, and no thread waits for another.
std::uint64_t Recorder::next_id(std::uint64_t seed) noexcept {
  const std::uint64_t count = ids_.fetch_add(1, std::memory_order_relaxed) + 1;
  std::uint64_t mixed = seed + count * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  mixed ^= mixed >> 31U;
  return mixed == 0 ? 1 : mixed;
}

bool Recorder::admits_span(base::WallTime at) noexcept {
  if (options_.spans_per_second_max == 0) {
    return true;
  }
  constexpr std::uint64_t count_mask = 0xffff'ffffU;
  const auto second = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count()
  );
  std::uint64_t seen = admitted_.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t known = seen >> 32U;
    // Earlier by a little: a thread that was held up. By more: a clock that has been set back.
    constexpr std::uint64_t held_up_max = 5;
    const bool is_another = second > known || second + held_up_max < known;
    const std::uint64_t before = is_another ? second << 32U : seen;
    if ((before & count_mask) >= options_.spans_per_second_max) {
      return false;
    }
    if (admitted_.compare_exchange_weak(seen, before + 1, std::memory_order_relaxed)) {
      return true;
    }
  }
}

std::shared_ptr<LiveSpan> Recorder::begin_span(
    std::string name, SpanKind kind, const Context& parent, Attributes attributes
) {
  SpanRecord begun;
  if (parent.trace().is_valid()) {
    begun.trace = parent.trace();
    begun.parent_span = parent.trace().span;
  } else {
    begun.trace.trace_high = next_id(ports_.seed_high);
    begun.trace.trace_low = next_id(ports_.seed_low);
    begun.trace.flags = 1;
  }
  begun.trace.span = next_id(ports_.seed_low);
  begun.start = now();
  if (begun.trace.is_sampled() && !admits_span(begun.start)) {
    begun.trace.flags = 0;
    dropped_ended_.fetch_add(1, std::memory_order_relaxed);
  }
  if (!begun.trace.is_sampled()) {
    return std::make_shared<LiveSpan>(shared_from_this(), std::move(begun));
  }
  begun.name = std::move(name);
  begun.kind = kind;
  begun.attributes.reserve(parent.baggage().entries().size() + attributes.size());
  for (const auto& [key, value] : parent.baggage().entries()) {
    begun.attributes.push_back({key, Json(value)});
  }
  for (Attribute& attribute : attributes) {
    begun.attributes.push_back(std::move(attribute));
  }
  if (options_.live_spans && !is_closed()) {
    put(begun_, SpanRecord(begun), limits::spans_waiting_max, dropped_begun_);
  }
  return std::make_shared<LiveSpan>(shared_from_this(), std::move(begun));
}

void Recorder::log(LogRecord&& record) {
  put(logs_, std::move(record), limits::logs_waiting_max, dropped_logs_);
}

void Recorder::take_ended(SpanRecord&& record) {
  if (!is_closed()) {
    put(ended_, std::move(record), limits::spans_waiting_max, dropped_ended_);
  }
}

void Recorder::dropped_span_change() noexcept {
  dropped_span_changes_.fetch_add(1, std::memory_order_relaxed);
}

template <class T>
void Recorder::put(
    Mailbox<T>& mailbox, T&& record, std::size_t limit, std::atomic<std::uint64_t>& dropped
) {
  switch (mailbox.put(std::forward<T>(record), limit)) {
    case Put::first:
      ports_.wake();
      return;
    case Put::full:
      dropped.fetch_add(1, std::memory_order_relaxed);
      return;
    case Put::further:
    case Put::closed:
      return;
  }
}

RecordBatch Recorder::take() {
  // Ends first: whatever has ended had begun before, so that the exporter never sees the beginning
  // of a span whose end it has been given already.
  RecordBatch batch;
  batch.ended = ended_.take();
  batch.begun = begun_.take();
  batch.logs = logs_.take();
  return batch;
}

RecorderDrops Recorder::drops() const noexcept {
  return {
      .begun = dropped_begun_.load(std::memory_order_relaxed),
      .ended = dropped_ended_.load(std::memory_order_relaxed),
      .logs = dropped_logs_.load(std::memory_order_relaxed),
      .span_changes = dropped_span_changes_.load(std::memory_order_relaxed),
  };
}

}  // namespace iii::telemetry
