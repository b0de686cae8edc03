// The conversation with the engine's /otel: batches records into frames, keeps the frames until
// they are written, keeps the socket open. Sans-IO; one thread.
//
//   idle ─start─▶ connecting ─opened─▶ open
//                   ▲   │ failed        │ closed
//                   │   ▼               ▼
//                   └─ waiting (reconnect_delay) ─ max_retries reached ─▶ failed
//   any ─shut_down─▶ (the same states, draining) ─ all written, timeout or no socket ─▶ closed
//
// Driver: each input gets the time and appends effects, which are executed after it has returned;
// then on_timer at next_deadline(). Records may come in every state. Telemetry is never a reason to
// wait for anybody: what is too much is dropped and counted.
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/exporter_effects.hpp"
#include "sdk/telemetry/frame_queue.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/records.hpp"
#include "sdk/telemetry/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <vector>

namespace iii::telemetry {

enum class ExporterState : std::uint8_t { idle, connecting, open, waiting, failed, closed };
std::ostream& operator<<(std::ostream& out, ExporterState state);

class Exporter {
 public:
  // `random` must outlive the exporter.
  Exporter(Settings settings, base::Random& random);

  void start(base::MonotonicTime now, ExporterEffects& effects);

  // --- The socket. The network closing wins over a write that is under way: the frame stays. ---
  void on_opened(base::MonotonicTime now, ExporterEffects& effects);
  void on_connect_failed(base::MonotonicTime now, ExporterEffects& effects);
  void on_written(base::MonotonicTime now, ExporterEffects& effects);
  void on_closed(base::MonotonicTime now, ExporterEffects& effects);

  // --- What there is to send ---
  void on_records(RecordBatch&& records, base::MonotonicTime now, ExporterEffects& effects);
  void on_metrics(
      const std::vector<Metric>& metrics, base::MonotonicTime now, ExporterEffects& effects
  );

  void on_timer(base::MonotonicTime now, ExporterEffects& effects);
  [[nodiscard]] base::MonotonicTime next_deadline() const noexcept;

  // Sends spans, logs and metrics without their delays. Ends with FlushDone, at the latest after
  // `timeout`.
  void flush(
      std::uint64_t id,
      std::chrono::nanoseconds timeout,
      base::MonotonicTime now,
      ExporterEffects& effects
  );

  // Give it the recorder's last batch before. Flushes and closes; ends with ShutdownDone, at the
  // latest after `timeout` or the configured one, whichever is shorter, and at once when there is
  // no connection to wait for.
  void shut_down(
      std::chrono::nanoseconds timeout, base::MonotonicTime now, ExporterEffects& effects
  );

  [[nodiscard]] ExporterState state() const noexcept { return state_; }
  [[nodiscard]] const FrameQueue& frames() const noexcept { return frames_; }
  [[nodiscard]] std::uint64_t dropped_begun() const noexcept { return dropped_begun_; }
  [[nodiscard]] std::uint64_t oversized_records() const noexcept { return encoder_.oversized(); }

 private:
  struct Flush {
    std::uint64_t id = 0;
    base::MonotonicTime deadline;
    std::uint64_t last_frame = 0;
    std::uint64_t dropped_before = 0;
    bool waits_for_metrics = false;
  };

  [[nodiscard]] bool is_over() const noexcept {
    return state_ == ExporterState::failed || state_ == ExporterState::closed;
  }
  [[nodiscard]] bool is_open() const noexcept { return state_ == ExporterState::open; }
  void connect(ExporterEffects& effects);
  void lost_connection(base::MonotonicTime now, ExporterEffects& effects);
  void fail(ExporterEffects& effects);
  void finish(bool is_complete, ExporterEffects& effects);

  void announce(std::vector<SpanRecord> begun, const std::vector<SpanRecord>& ended);
  void keep(std::vector<SpanRecord>&& ended, base::MonotonicTime now);
  void keep(std::vector<LogRecord>&& logs, base::MonotonicTime now);
  void encode_spans();
  void encode_logs();
  void encode_due(base::MonotonicTime now);
  void push(std::vector<Frame>&& frames);

  [[nodiscard]] base::MonotonicTime metrics_due_after(base::MonotonicTime now) const;
  void collect_metrics(base::MonotonicTime now, ExporterEffects& effects);
  [[nodiscard]] Flush begun_flush(
      std::uint64_t id,
      std::chrono::nanoseconds timeout,
      base::MonotonicTime now,
      ExporterEffects& effects
  );
  [[nodiscard]] bool is_done(const Flush& flush) const noexcept;
  [[nodiscard]] bool is_complete(const Flush& flush) const noexcept;
  void end_flushes(base::MonotonicTime now, ExporterEffects& effects);
  // What every input ends with.
  void proceed(base::MonotonicTime now, ExporterEffects& effects);

  Settings settings_;
  base::Random& random_;
  OtlpEncoder encoder_;
  FrameQueue frames_;
  ExporterState state_ = ExporterState::idle;

  std::uint64_t failures_ = 0;
  base::MonotonicTime opened_at_;
  base::MonotonicTime retry_at_ = base::never;
  bool is_writing_ = false;

  std::vector<SpanRecord> spans_;
  std::vector<LogRecord> logs_;
  base::MonotonicTime spans_due_ = base::never;
  base::MonotonicTime logs_due_ = base::never;
  base::MonotonicTime metrics_due_ = base::never;
  bool is_collecting_ = false;
  std::uint64_t dropped_begun_ = 0;

  std::vector<Flush> flushes_;
  std::optional<Flush> shutdown_;
};

}  // namespace iii::telemetry
