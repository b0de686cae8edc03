#include "sdk/telemetry/exporter.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/unhurried.hpp"
#include "sdk/telemetry/exporter_effects.hpp"
#include "sdk/telemetry/frame_queue.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp.hpp"
#include "sdk/telemetry/reconnect_delay.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/records.hpp"
#include "sdk/telemetry/settings.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace iii::telemetry {
namespace {

namespace limits = base::limits;
using base::later;
using base::MonotonicTime;
using base::never;

}  // namespace

Exporter::Exporter(Settings settings, base::Random& random)
    : settings_(std::move(settings)),
      random_(random),
      encoder_(resource_attributes(settings_), settings_.sdk_version),
      frames_(settings_.reconnection.max_pending_messages, limits::telemetry_frames_bytes_max) {
}

void Exporter::start(MonotonicTime now, ExporterEffects& effects) {
  III_ASSERT(state_ == ExporterState::idle, "an exporter is started once");
  if (settings_.metrics_enabled) {
    metrics_due_ = metrics_due_after(now);
  }
  connect(effects);
}

// --- The socket ---

void Exporter::connect(ExporterEffects& effects) {
  state_ = ExporterState::connecting;
  retry_at_ = never;
  effects.emplace_back(OpenConnection{});
}

void Exporter::on_opened(MonotonicTime now, ExporterEffects& effects) {
  if (state_ != ExporterState::connecting) {
    return;
  }
  state_ = ExporterState::open;
  opened_at_ = now;
  frames_.limit_to(std::max<std::size_t>(
      {static_cast<unsigned long>(1),
       settings_.channel_capacity,
       settings_.reconnection.max_pending_messages}
  ));
  proceed(now, effects);
}

void Exporter::on_connect_failed(MonotonicTime now, ExporterEffects& effects) {
  if (state_ != ExporterState::connecting) {
    return;
  }
  ++failures_;
  lost_connection(now, effects);
}

void Exporter::on_written(MonotonicTime now, ExporterEffects& effects) {
  if (!is_open() || !is_writing_) {
    return;
  }
  is_writing_ = false;
  frames_.pop_written();
  proceed(now, effects);
}

void Exporter::on_closed(MonotonicTime now, ExporterEffects& effects) {
  if (!is_open()) {
    return;
  }
  // Who is refused is let in first and closed right after (spec: sdk §18.3): that is a failure too,
  // or it would be tried every second for ever.
  failures_ = now - opened_at_ < limits::telemetry_connection_stable ? failures_ + 1 : 0;
  lost_connection(now, effects);
}

void Exporter::lost_connection(MonotonicTime now, ExporterEffects& effects) {
  is_writing_ = false;
  frames_.limit_to(settings_.reconnection.max_pending_messages);
  if (shutdown_) {
    // No second attempt: a program that ends does not wait for an engine that is not there.
    state_ = ExporterState::waiting;
    finish(false, effects);
  } else if (gives_up(settings_.reconnection, failures_)) {
    fail(effects);
  } else {
    state_ = ExporterState::waiting;
    const std::uint64_t attempt = failures_ == 0 ? 0 : failures_ - 1;
    retry_at_ = now + reconnect_delay(settings_.reconnection, attempt, random_.next());
    proceed(now, effects);
  }
}

void Exporter::fail(ExporterEffects& effects) {
  state_ = ExporterState::failed;
  retry_at_ = never;
  encode_spans();
  encode_logs();
  frames_.abandon();
  for (const Flush& flush : std::exchange(flushes_, {})) {
    effects.emplace_back(FlushDone{flush.id, false});
  }
}

// --- What there is to send ---

void Exporter::on_records(RecordBatch&& records, MonotonicTime now, ExporterEffects& effects) {
  if (is_over()) {
    dropped_begun_ += records.begun.size();
    frames_.count_dropped(FrameKind::spans, records.ended.size());
    frames_.count_dropped(FrameKind::logs, records.logs.size());
    return;
  }
  announce(std::move(records.begun), records.ended);
  keep(std::move(records.ended), now);
  keep(std::move(records.logs), now);
  proceed(now, effects);
}

void Exporter::announce(std::vector<SpanRecord> begun, const std::vector<SpanRecord>& ended) {
  // A span that has ended already need not be announced.
  std::vector<std::uint64_t> ended_ids;
  ended_ids.reserve(ended.size());
  std::ranges::transform(ended, std::back_inserter(ended_ids), [](const SpanRecord& span) {
    return span.trace.span;
  });
  std::ranges::sort(ended_ids);
  std::erase_if(begun, [&](const SpanRecord& span) {
    return std::ranges::binary_search(ended_ids, span.trace.span);
  });
  if (!is_open()) {
    // Once the connection is back it would be news of yesterday.
    dropped_begun_ += begun.size();
    return;
  }
  std::vector<Frame> frames;
  encoder_.append_spans(begun, frames);
  for (Frame& frame : frames) {
    const std::size_t records = std::exchange(frame.records, 0);
    const std::uint64_t dropped = frames_.dropped_frames();
    frames_.push(std::move(frame));
    dropped_begun_ += frames_.dropped_frames() == dropped ? 0 : records;
  }
}

void Exporter::keep(std::vector<SpanRecord>&& ended, MonotonicTime now) {
  if (spans_.empty() && !ended.empty()) {
    spans_due_ = later(now, settings_.spans_flush_interval);
  }
  std::ranges::move(ended, std::back_inserter(spans_));
  // Without a connection fuller frames are made: their number is what is limited then.
  if (spans_.size() >= (is_open() ? limits::spans_batch : limits::spans_waiting_max)) {
    encode_spans();
  }
}

void Exporter::keep(std::vector<LogRecord>&& logs, MonotonicTime now) {
  if (logs_.empty() && !logs.empty()) {
    logs_due_ = later(now, settings_.logs_flush_interval);
  }
  std::ranges::move(logs, std::back_inserter(logs_));
  if (logs_.size() >= (is_open() ? settings_.logs_batch_size : limits::logs_waiting_max)) {
    encode_logs();
  }
}

void Exporter::encode_spans() {
  std::vector<Frame> frames;
  encoder_.append_spans(spans_, frames);
  spans_.clear();
  spans_due_ = never;
  push(std::move(frames));
}

void Exporter::encode_logs() {
  std::vector<Frame> frames;
  encoder_.append_logs(logs_, frames);
  logs_.clear();
  logs_due_ = never;
  push(std::move(frames));
}

void Exporter::push(std::vector<Frame>&& frames) {
  for (Frame& frame : frames) {
    frames_.push(std::move(frame));
  }
}

void Exporter::on_metrics(
    const std::vector<Metric>& metrics, MonotonicTime now, ExporterEffects& effects
) {
  is_collecting_ = false;
  if (is_over()) {
    return;
  }
  std::vector<Frame> frames;
  encoder_.append_metrics(metrics, frames);
  push(std::move(frames));
  const auto arrived = [this](Flush& flush) {
    if (std::exchange(flush.waits_for_metrics, false)) {
      flush.last_frame = frames_.last_number();
    }
  };
  std::ranges::for_each(flushes_, arrived);
  if (shutdown_) {
    arrived(*shutdown_);
  }
  proceed(now, effects);
}

MonotonicTime Exporter::metrics_due_after(MonotonicTime now) const {
  return base::unhurried(now, base::countable(settings_.metrics_export_interval));
}

void Exporter::collect_metrics(MonotonicTime now, ExporterEffects& effects) {
  metrics_due_ = metrics_due_after(now);
  if (!std::exchange(is_collecting_, true)) {
    effects.emplace_back(CollectMetrics{});
  }
}

// --- Time ---

void Exporter::on_timer(MonotonicTime now, ExporterEffects& effects) {
  if (is_over()) {
    return;
  }
  if (state_ == ExporterState::waiting && retry_at_ <= now) {
    connect(effects);
  }
  proceed(now, effects);
}

MonotonicTime Exporter::next_deadline() const noexcept {
  MonotonicTime next = state_ == ExporterState::waiting ? retry_at_ : never;
  if (is_open()) {
    next = std::min({next, spans_due_, logs_due_, metrics_due_});
  }
  for (const Flush& flush : flushes_) {
    next = std::min(next, flush.deadline);
  }
  return shutdown_ && !is_over() ? std::min(next, shutdown_->deadline) : next;
}

void Exporter::encode_due(MonotonicTime now) {
  if (spans_due_ <= now) {
    encode_spans();
  }
  // Records from before the connection count as a batch of their own.
  if (logs_due_ <= now || logs_.size() >= settings_.logs_batch_size) {
    encode_logs();
  }
}

void Exporter::proceed(MonotonicTime now, ExporterEffects& effects) {
  if (is_open()) {
    encode_due(now);
    if (metrics_due_ <= now) {
      collect_metrics(now, effects);
    }
  }
  end_flushes(now, effects);
  if (is_open() && !is_writing_ && !frames_.is_empty()) {
    is_writing_ = true;
    effects.emplace_back(WriteFrame{frames_.front()});
  }
}

// --- Flush and shutdown ---

Exporter::Flush Exporter::begun_flush(
    std::uint64_t id, std::chrono::nanoseconds timeout, MonotonicTime now, ExporterEffects& effects
) {
  const std::uint64_t dropped_before = frames_.dropped_frames();
  encode_spans();
  encode_logs();
  if (settings_.metrics_enabled) {
    collect_metrics(now, effects);
  }
  return {
      .id = id,
      .deadline = later(now, std::chrono::ceil<std::chrono::milliseconds>(timeout)),
      .last_frame = frames_.last_number(),
      .dropped_before = dropped_before,
      .waits_for_metrics = settings_.metrics_enabled,
  };
}

bool Exporter::is_done(const Flush& flush) const noexcept {
  return !flush.waits_for_metrics && frames_.is_gone(flush.last_frame);
}

bool Exporter::is_complete(const Flush& flush) const noexcept {
  return is_done(flush) && frames_.dropped_frames() == flush.dropped_before;
}

void Exporter::flush(
    std::uint64_t id, std::chrono::nanoseconds timeout, MonotonicTime now, ExporterEffects& effects
) {
  if (is_over()) {
    effects.emplace_back(FlushDone{id, false});
    return;
  }
  flushes_.push_back(begun_flush(id, timeout, now, effects));
  proceed(now, effects);
}

void Exporter::end_flushes(MonotonicTime now, ExporterEffects& effects) {
  std::erase_if(flushes_, [&](const Flush& flush) {
    const bool is_over = is_done(flush) || flush.deadline <= now;
    if (is_over) {
      effects.emplace_back(FlushDone{flush.id, is_complete(flush)});
    }
    return is_over;
  });
  if (shutdown_ && state_ != ExporterState::closed &&
      (is_done(*shutdown_) || shutdown_->deadline <= now)) {
    finish(is_complete(*shutdown_), effects);
  }
}

void Exporter::shut_down(
    std::chrono::nanoseconds timeout, MonotonicTime now, ExporterEffects& effects
) {
  if (shutdown_ || state_ == ExporterState::closed) {
    return;
  }
  const bool has_hope = is_open() || state_ == ExporterState::connecting;
  if (has_hope) {
    const auto bound = std::min<std::chrono::nanoseconds>(timeout, settings_.shutdown_timeout);
    shutdown_ = begun_flush(0, bound, now, effects);
    proceed(now, effects);
  } else {
    const bool is_nothing_lost =
        spans_.empty() && logs_.empty() && frames_.is_empty() && state_ != ExporterState::failed;
    finish(is_nothing_lost, effects);
  }
}

void Exporter::finish(bool is_complete, ExporterEffects& effects) {
  if (is_open() || state_ == ExporterState::connecting) {
    effects.emplace_back(CloseConnection{});
  }
  // Also ends the flushes, and counts what could not be sent.
  fail(effects);
  state_ = ExporterState::closed;
  effects.emplace_back(ShutdownDone{is_complete});
}

}  // namespace iii::telemetry
