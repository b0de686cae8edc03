#include "sdk/driver_telemetry.hpp"

#include "base/job.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/driver_system.hpp"
#include "sdk/effects.hpp"
#include "sdk/telemetry/exporter.hpp"
#include "sdk/telemetry/exporter_effects.hpp"
#include "sdk/telemetry/frame_queue.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/meter.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/otlp.hpp"
#include "sdk/telemetry/process_sample.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/settings.hpp"
#include "sdk/telemetry/worker_gauges.hpp"
#include "sdk/transport.hpp"

#include <iii/options.hpp>
#include <iii/otel.hpp>
#include <iii/otel_config.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::sdk {
namespace {

using telemetry::FrameKind;

// The peer's Close frame is a courtesy: all frames have been taken before ours is sent.
constexpr auto close_timeout = std::chrono::milliseconds(200);

// Since when the process's sums have been counted.
const base::WallTime process_began = wall_now();

struct Drivers {
  std::mutex mutex;
  std::vector<std::weak_ptr<TelemetryDriver>> alive;
  OtelCounters ended;
};

// Never destroyed: objects of the program that end after it may still flush.
Drivers& drivers() {
  static auto& all = *new Drivers;
  return all;
}

void add(OtelCounters& sum, const OtelCounters& more) {
  sum.frames_written += more.frames_written;
  sum.frames_dropped += more.frames_dropped;
  sum.spans_dropped += more.spans_dropped;
  sum.logs_dropped += more.logs_dropped;
  sum.metrics_dropped += more.metrics_dropped;
  sum.oversized_records += more.oversized_records;
  sum.span_changes_dropped += more.span_changes_dropped;
  sum.live_spans_dropped += more.live_spans_dropped;
  sum.connections_failed += more.connections_failed;
}

}  // namespace

std::vector<std::shared_ptr<TelemetryDriver>> telemetry_drivers() {
  Drivers& all = drivers();
  const std::lock_guard lock(all.mutex);
  std::vector<std::shared_ptr<TelemetryDriver>> found;
  for (const auto& weak : all.alive) {
    if (auto driver = weak.lock()) {
      found.push_back(std::move(driver));
    }
  }
  return found;
}

OtelCounters telemetry_counters() {
  Drivers& all = drivers();
  const std::lock_guard lock(all.mutex);
  OtelCounters sum = all.ended;
  for (const auto& weak : all.alive) {
    if (const auto driver = weak.lock()) {
      add(sum, driver->counters());
    }
  }
  return sum;
}

std::shared_ptr<TelemetryDriver> TelemetryDriver::make(
    const OtelConfig& config, const std::string& worker_url, TelemetryPorts ports
) {
  telemetry::Settings settings =
      telemetry::resolve(config, telemetry_environment(), telemetry_surroundings(worker_url));
  if (!settings.enabled) {
    return nullptr;
  }
  auto address = parse_address(settings.url);
  if (!address) {
    ports.log(LogLevel::warn, "telemetry is off: " + address.error().message());
    return nullptr;
  }
  if (config.engine_ws_headers) {
    ports.headers = [headers = *config.engine_ws_headers] { return headers; };
  } else if (!is_same_host(*address, ports.engine)) {
    // Somebody else's: what authenticates to the engine is not for them.
    ports.headers = nullptr;
  }
  auto driver = std::make_shared<TelemetryDriver>(settings, *std::move(address), std::move(ports));
  driver->recorder_ = std::make_shared<telemetry::Recorder>(
      telemetry::RecorderOptions{
          .live_spans = settings.live_spans,
          .spans_per_second_max = settings.spans_per_second_max,
          .logs_enabled = settings.logs_enabled,
          .traces_requests = settings.fetch_instrumentation_enabled,
          .payloads = settings.payloads,
          .ignored_urls = std::move(settings.fetch_ignore_urls),
      },
      telemetry::RecorderPorts{
          .clock = [] { return wall_now(); },
          .wake =
              [weak = driver->weak_from_this()] {
                if (const auto strong = weak.lock()) {
                  strong->post([self = strong.get()] { self->take_records(); });
                }
              },
          .seed_high = driver->random_.next(),
          .seed_low = driver->random_.next(),
      }
  );
  return driver;
}

TelemetryDriver::TelemetryDriver(
    const telemetry::Settings& settings, Address address, TelemetryPorts ports
)
    : address_(std::move(address)),
      ports_(std::move(ports)),
      started_(now()),
      exporter_(settings, random_),
      timer_(ports_.executor) {
}

TelemetryDriver::~TelemetryDriver() = default;

void TelemetryDriver::install() {
  Drivers& all = drivers();
  {
    const std::lock_guard lock(all.mutex);
    all.alive.push_back(weak_from_this());
  }
  telemetry::install(recorder_);
}

// --- The executor ---

void TelemetryDriver::start() {
  exporter_.start(now(), effects_);
  proceed();
}

void TelemetryDriver::set_worker(std::string_view worker_id, std::string_view worker_name) {
  gauges_ = std::make_shared<telemetry::WorkerGauges>(worker_id, worker_name, started_);
}

void TelemetryDriver::take_records() {
  exporter_.on_records(recorder_->take(), now(), effects_);
  proceed();
}

void TelemetryDriver::shut_down(std::chrono::nanoseconds timeout, base::Job on_ended) {
  on_ended_ = std::move(on_ended);
  telemetry::uninstall(recorder_);
  exporter_.on_records(recorder_->take(), now(), effects_);
  exporter_.shut_down(timeout, now(), effects_);
  proceed();
}

void TelemetryDriver::end() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_over_, true)) {
      return;
    }
  }
  telemetry::uninstall(recorder_);
  recorder_->close();
  transport_.reset();
  timer_.reset();
  for (auto& [id, on_flushed] : std::exchange(flushes_, {})) {
    on_flushed(false);
  }
  Drivers& all = drivers();
  const std::lock_guard lock(all.mutex);
  std::erase_if(all.alive, [this](const std::weak_ptr<TelemetryDriver>& weak) {
    return !weak.owner_before(weak_from_this()) && !weak_from_this().owner_before(weak);
  });
  add(all.ended, counters());
}

bool TelemetryDriver::post(base::Job job) {
  // Under the lock, so that nothing is posted any more once end() has returned.
  const std::lock_guard lock(mutex_);
  if (is_over_) {
    return false;
  }
  auto shared = std::make_shared<base::Job>(std::move(job));
  boost::asio::post(ports_.executor, [self = shared_from_this(), shared] { (*shared)(); });
  return true;
}

void TelemetryDriver::proceed() {
  carry_out();
  if (exporter_.state() == telemetry::ExporterState::failed &&
      !std::exchange(has_reported_failure_, true)) {
    ports_.log(LogLevel::warn, "telemetry: gave up connecting; records are dropped from now on");
  }
  if (recorder_->drops().ended > 0 && !std::exchange(has_reported_drops_, true)) {
    ports_.log(
        LogLevel::warn,
        "telemetry: more spans than spans_per_second_max allows, or than can be sent, are dropped "
        "and counted by otel_counters()"
    );
  }
  publish();
  arm_timer();
}

void TelemetryDriver::carry_out() {
  for (telemetry::ExporterEffect& effect : effects_) {
    std::visit([this](auto& alternative) { perform(alternative); }, effect);
  }
  effects_.clear();
}

void TelemetryDriver::arm_timer() {
  const base::MonotonicTime next = is_shut_down_ ? base::never : exporter_.next_deadline();
  if (!timer_ || next == armed_for_) {
    return;
  }
  armed_for_ = next;
  if (next == base::never) {
    timer_->cancel();
    return;
  }
  timer_->expires_at(boost::asio::steady_timer::time_point(next.time_since_epoch()));
  timer_->async_wait([self = shared_from_this(), next](const boost::system::error_code& error) {
    // One that fired while it was being moved counts for nothing.
    if (!error && self->timer_ && self->armed_for_ == next) {
      self->armed_for_ = base::never;
      self->exporter_.on_timer(now(), self->effects_);
      self->proceed();
    }
  });
}

// What other threads may see.
void TelemetryDriver::publish() {
  const telemetry::FrameQueue& frames = exporter_.frames();
  const telemetry::RecorderDrops drops = recorder_->drops();
  const std::lock_guard lock(mutex_);
  counters_ = {
      .frames_written = frames.written_frames(),
      .frames_dropped = frames.dropped_frames(),
      .spans_dropped = frames.dropped_records(FrameKind::spans) + drops.ended,
      .logs_dropped = frames.dropped_records(FrameKind::logs) + drops.logs,
      .metrics_dropped = frames.dropped_records(FrameKind::metrics),
      .oversized_records = exporter_.oversized_records(),
      .span_changes_dropped = drops.span_changes,
      .live_spans_dropped = exporter_.dropped_begun() + drops.begun,
      .connections_failed = has_reported_failure_ ? 1U : 0U,
  };
}

// --- The socket ---

void TelemetryDriver::on_opened() {
  exporter_.on_opened(now(), effects_);
  proceed();
}

void TelemetryDriver::on_written() {
  if (transport_->unsent_bytes() == 0) {
    exporter_.on_written(now(), effects_);
    proceed();
  }
}

void TelemetryDriver::on_closed(const Closing& closing) {
  transport_.reset();
  if (closing.was_open) {
    exporter_.on_closed(now(), effects_);
  } else {
    exporter_.on_connect_failed(now(), effects_);
  }
  if (!is_shut_down_) {
    ports_.log(LogLevel::debug, "telemetry: not connected: " + closing.reason);
  }
  proceed();
  end_if_closed();
}

void TelemetryDriver::end_if_closed() {
  if (is_shut_down_ && !transport_ && on_ended_) {
    end();
    on_ended_();
  }
}

// --- Effects ---

void TelemetryDriver::perform(telemetry::OpenConnection&) {
  TransportEvents& events = *this;
  transport_ = std::make_unique<Transport>(
      ports_.executor,
      TransportOptions{
          .address = address_,
          .headers = ports_.headers ? ports_.headers() : Headers(),
          .ca_file = ports_.ca_file,
          .connect_timeout = ports_.connect_timeout,  // the exporter has no deadline for it
          .close_timeout = close_timeout,
      },
      events
  );
  transport_->open();
}

void TelemetryDriver::perform(telemetry::WriteFrame& effect) {
  if (transport_) {
    transport_->send_binary(effect.bytes);
  }
}

void TelemetryDriver::perform(telemetry::CollectMetrics&) {
  // How late this job runs is how far the loop is behind.
  post([this, asked = now()] { collect(now() - asked); });
}

void TelemetryDriver::collect(std::chrono::nanoseconds loop_lag) {
  if (!timer_) {
    return;  // over, and with it the pool
  }
  if (!telemetry::process_meters().has_gauges()) {
    // No user code: without waking another thread.
    take_metrics(collected(gauges_.get(), loop_lag, telemetry::Gauges::leave_out));
    return;
  }
  ports_.run_user_code([self = shared_from_this(), gauges = gauges_, loop_lag] {
    self->post([driver = self.get(),
                metrics = self->collected(gauges.get(), loop_lag, telemetry::Gauges::ask)] {
      driver->take_metrics(metrics);
    });
  });
}

void TelemetryDriver::take_metrics(const std::vector<telemetry::Metric>& metrics) {
  exporter_.on_metrics(metrics, now(), effects_);
  proceed();
}

std::vector<telemetry::Metric> TelemetryDriver::collected(
    telemetry::WorkerGauges* worker, std::chrono::nanoseconds loop_lag, telemetry::Gauges gauges
) const {
  std::vector<telemetry::Metric> metrics;
  const auto reporter = telemetry::installed_recorder();
  // Nobody: this was the last one, and sends the last values.
  if (reporter == recorder_ || reporter == nullptr) {
    metrics = telemetry::process_meters().collect(process_began, wall_now(), gauges);
  }
  if (const auto sample = telemetry::read_process_sample(); worker != nullptr && sample) {
    worker->collect(*sample, loop_lag, {now(), wall_now()}, metrics);
  }
  return metrics;
}

void TelemetryDriver::perform(telemetry::CloseConnection&) {
  if (transport_) {
    transport_->close(close_normal, "");
  }
}

void TelemetryDriver::perform(telemetry::FlushDone& effect) {
  const auto flush = flushes_.find(effect.id);
  if (flush != flushes_.end()) {
    const OnFlushed on_flushed = std::move(flush->second);
    flushes_.erase(flush);
    on_flushed(effect.is_complete);
  }
}

void TelemetryDriver::perform(telemetry::ShutdownDone&) {
  is_shut_down_ = true;
  recorder_->close();
  // Not from inside of an input of the exporter.
  post([this] { end_if_closed(); });
}

// --- Any thread ---

void TelemetryDriver::flush(std::chrono::nanoseconds timeout, OnFlushed on_flushed) {
  const auto shared = std::make_shared<OnFlushed>(std::move(on_flushed));
  const bool is_taken = post([this, timeout, shared] {
    exporter_.on_records(recorder_->take(), now(), effects_);
    flushes_.emplace(++last_flush_, *shared);
    exporter_.flush(last_flush_, timeout, now(), effects_);
    proceed();
  });
  if (!is_taken) {
    (*shared)(false);
  }
}

OtelCounters TelemetryDriver::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace iii::sdk
