// One per client that reports to its engine: feeds records, socket events and time to the exporter
// and carries out its effects. Shares the I/O thread of the client, but no state: what happens to
// the telemetry socket does not touch the worker's.
//
// Order: make(), install(), start(), anything, shut_down(); end() before the executor goes. Spans
// and logs of other threads reach it through its recorder, which outlives it harmlessly.
#pragma once

#include "base/job.hpp"
#include "base/system_random.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/telemetry/exporter.hpp"
#include "sdk/telemetry/exporter_effects.hpp"
#include "sdk/telemetry/meter.hpp"
#include "sdk/telemetry/metric.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/settings.hpp"
#include "sdk/telemetry/worker_gauges.hpp"
#include "sdk/transport.hpp"

#include <iii/options.hpp>
#include <iii/otel.hpp>
#include <iii/otel_config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::sdk {

// What a telemetry driver uses of its client. All functions may be called from any thread.
struct TelemetryPorts {
  boost::asio::any_io_executor executor;  // of one thread, or a strand
  std::function<void(base::Job)> run_user_code;
  std::function<void(LogLevel level, const std::string& line)> log;
  std::string ca_file;
  // For the next handshake, unless the configuration has headers: those of the client, which only
  // its engine gets. None: no headers.
  std::function<Headers()> headers = {};
  Address engine = {};
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);  // of one attempt
};

class TelemetryDriver final : public std::enable_shared_from_this<TelemetryDriver>,
                              private TransportEvents {
 public:
  using OnFlushed = std::function<void(bool is_complete)>;

  // Looks at the environment. `worker_url`: empty without a worker. nullptr: telemetry is off, or
  // its address is none, which has been logged.
  [[nodiscard]] static std::shared_ptr<TelemetryDriver> make(
      const OtelConfig& config, const std::string& worker_url, TelemetryPorts ports
  );
  TelemetryDriver(const telemetry::Settings& settings, Address address, TelemetryPorts ports);
  ~TelemetryDriver();

  // From now on it counts as one of the process's (telemetry/installed.hpp).
  void install();

  // --- On the executor ---
  void start();
  // Once the engine has named the worker: its gauges are reported from now on.
  void set_worker(std::string_view worker_id, std::string_view worker_name);
  // Sends what there is and closes the socket. `on_ended` runs on the executor, at the latest a
  // moment after `timeout`.
  void shut_down(std::chrono::nanoseconds timeout, base::Job on_ended);
  // Lets go of everything at once. Twice is harmless.
  void end();

  // --- Any thread ---
  [[nodiscard]] const std::shared_ptr<telemetry::Recorder>& recorder() const { return recorder_; }
  // `on_flushed` runs on the executor, or before this returns; must be quick and not throw.
  void flush(std::chrono::nanoseconds timeout, OnFlushed on_flushed);
  [[nodiscard]] OtelCounters counters() const;

 private:
  // False: it is over.
  bool post(base::Job job);
  void take_records();
  // What every input ends with.
  void proceed();
  void carry_out();
  void arm_timer();
  void publish();
  void end_if_closed();

  void on_opened() override;
  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_written() override;
  void on_closed(const Closing& closing) override;

  void perform(telemetry::OpenConnection& effect);
  void perform(telemetry::WriteFrame& effect);
  void perform(telemetry::CollectMetrics& effect);
  void perform(telemetry::CloseConnection& effect);
  void perform(telemetry::FlushDone& effect);
  void perform(telemetry::ShutdownDone& effect);
  void collect(std::chrono::nanoseconds loop_lag);
  [[nodiscard]] std::vector<telemetry::Metric> collected(
      telemetry::WorkerGauges* worker, std::chrono::nanoseconds loop_lag, telemetry::Gauges gauges
  ) const;
  void take_metrics(const std::vector<telemetry::Metric>& metrics);

  const Address address_;
  const TelemetryPorts ports_;
  const base::MonotonicTime started_;
  std::shared_ptr<telemetry::Recorder> recorder_;

  // Only the executor.
  base::SystemRandom random_;
  telemetry::Exporter exporter_;
  telemetry::ExporterEffects effects_;
  std::unique_ptr<Transport> transport_;
  std::optional<boost::asio::steady_timer> timer_;
  base::MonotonicTime armed_for_ = base::never;
  std::shared_ptr<telemetry::WorkerGauges> gauges_;  // shared with the collection that runs
  std::map<std::uint64_t, OnFlushed> flushes_;
  std::uint64_t last_flush_ = 0;
  bool is_shut_down_ = false;
  bool has_reported_failure_ = false;
  bool has_reported_drops_ = false;
  base::Job on_ended_;

  mutable std::mutex mutex_;  // everything below
  bool is_over_ = false;
  OtelCounters counters_;
};

// Those of this process that have been installed and not ended.
[[nodiscard]] std::vector<std::shared_ptr<TelemetryDriver>> telemetry_drivers();
// Of all that are and were.
[[nodiscard]] OtelCounters telemetry_counters();

}  // namespace iii::sdk
