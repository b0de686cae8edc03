// Where spans and log records of one client go: it gives ids and times, and keeps what has happened
// until the driver takes it to the exporter. One per client; the current span leads to its own, so
// that two clients of one process report to their own engines.
//
// Driver: construct, install() (installed.hpp), take() after each wake, close() at the end. All
// functions may be called from any thread and none waits; take() from one thread at a time. The
// clock and `wake` are called from any thread, and may be until the last span has gone: they must
// not refer to the driver without keeping it alive.
#pragma once

#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/mailbox.hpp"
#include "sdk/telemetry/payload.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/span.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace iii::telemetry {

class LiveSpan;

struct RecorderOptions {
  bool live_spans = true;  // announce spans when they begin (spec: sdk §18.7)
  std::size_t spans_per_second_max = base::limits::spans_per_second_default;  // 0: all
  bool logs_enabled = true;
  bool traces_requests = true;  // execute_traced_request()
  PayloadCapture payloads;
  std::vector<std::string> ignored_urls = {};  // substrings of what is requested without a span
};

// What comes from outside of the room.
struct RecorderPorts {
  std::function<base::WallTime()> clock;
  std::function<void()> wake;  // there is something to take
  // Two random numbers, from which all ids are made.
  std::uint64_t seed_high = 0;
  std::uint64_t seed_low = 0;
};

struct RecordBatch {
  std::vector<SpanRecord> begun;
  std::vector<SpanRecord> ended;
  std::vector<LogRecord> logs;
};

// What was given up because a bound was reached.
struct RecorderDrops {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;  // or never recorded
  std::uint64_t logs = 0;
  std::uint64_t span_changes = 0;
};

class Recorder : public std::enable_shared_from_this<Recorder> {
 public:
  Recorder(RecorderOptions options, RecorderPorts ports);

  // The baggage in scope becomes attributes of the span. A child of an unsampled parent is not
  // sampled, nor is one beyond RecorderOptions::spans_per_second_max; a root is.
  [[nodiscard]] std::shared_ptr<LiveSpan> begin_span(
      std::string name, SpanKind kind, const Context& parent, Attributes attributes = {}
  );

  // False: logs are off or it is closed, and the fallback has to take them.
  [[nodiscard]] bool takes_logs() const noexcept { return options_.logs_enabled && !is_closed(); }
  void log(LogRecord&& record);

  [[nodiscard]] base::WallTime now() const { return ports_.clock(); }
  [[nodiscard]] const RecorderOptions& options() const noexcept { return options_; }
  [[nodiscard]] RecordBatch take();
  [[nodiscard]] RecorderDrops drops() const noexcept;

  // What waits can still be taken; what comes later is let go without a count.
  void close() noexcept { is_closed_.store(true, std::memory_order_release); }

  // From spans.
  void take_ended(SpanRecord&& record);
  void dropped_span_change() noexcept;

 private:
  template <class T>
  void put(Mailbox<T>& mailbox, T&& record, std::size_t limit, std::atomic<std::uint64_t>& dropped);
  [[nodiscard]] std::uint64_t next_id(std::uint64_t seed) noexcept;
  // Whether the second of that time has room for another span.
  [[nodiscard]] bool admits_span(base::WallTime at) noexcept;
  [[nodiscard]] bool is_closed() const noexcept {
    return is_closed_.load(std::memory_order_acquire);
  }

  const RecorderOptions options_;
  const RecorderPorts ports_;
  std::atomic<std::uint64_t> ids_ = 0;
  std::atomic<std::uint64_t> admitted_ = 0;  // the second in the upper half, its spans in the lower
  std::atomic<bool> is_closed_ = false;
  Mailbox<SpanRecord> begun_;
  Mailbox<SpanRecord> ended_;
  Mailbox<LogRecord> logs_;
  std::atomic<std::uint64_t> dropped_begun_ = 0;
  std::atomic<std::uint64_t> dropped_ended_ = 0;
  std::atomic<std::uint64_t> dropped_logs_ = 0;
  std::atomic<std::uint64_t> dropped_span_changes_ = 0;
};

}  // namespace iii::telemetry
