// Beginning, flushing and ending telemetry by hand. A client does all of it by itself: it reports
// to its engine from register_worker() to shutdown(), as InitOptions::otel says. These functions
// are for programs that log or record without a client, and for those that cannot wait for the next
// export.
//
//   iii::init_otel({.service_name = "importer"});   // before clients: their defaults, too
//   …
//   iii::flush_otel(std::chrono::seconds(2));
//   iii::shutdown_otel();
//
// Every client has a telemetry socket of its own. A span, and what is logged inside of it, goes out
// through the client whose function runs. What happens outside of any span, and the process's
// metrics, go through the oldest that is alive; when that one shuts down, the next takes over.
// Any thread may call anything here; functions that wait must not be called from a completion.
#pragma once

#include <iii/otel_config.hpp>

#include <chrono>
#include <cstdint>

namespace iii::inline v0 {

// Begins to report without a client, to `engine_ws_url`, III_URL or ws://localhost:49134, on a
// thread of its own. The first call configures; later ones only count, and so does shutdown_otel().
// Clients made meanwhile take from `config` what their own InitOptions::otel leaves open.
// False: telemetry is switched off, or the address is none; nothing has been counted.
bool init_otel(const OtelConfig& config = {});

// Sends spans, logs and metrics of all clients of this process now, and waits until the system has
// taken them, at most for `timeout`. True: nothing that had been recorded before is missing; also
// if there is no telemetry. False: the time was over, or something was dropped.
bool flush_otel(std::chrono::milliseconds timeout = std::chrono::seconds(10));

// Takes one init_otel() back. The last one sends what is left and closes, at most for
// OtelConfig::shutdown_timeout. Too many are harmless. Clients go on.
void shutdown_otel();

// Whether anything reports: a client, or init_otel().
[[nodiscard]] bool is_otel_initialized() noexcept;

// What happened to records and frames of all clients of this process, since it began. Telemetry
// never makes a program wait: what does not fit is dropped, and counted here.
struct OtelCounters {
  std::uint64_t frames_written = 0;  // messages that the system has taken
  std::uint64_t frames_dropped = 0;
  std::uint64_t spans_dropped = 0;
  std::uint64_t logs_dropped = 0;
  std::uint64_t metrics_dropped = 0;
  // Single records too large for a frame, and changes of spans that had too many already.
  std::uint64_t oversized_records = 0;
  std::uint64_t span_changes_dropped = 0;
  // Announcements of spans that have begun; their ends are sent nevertheless.
  std::uint64_t live_spans_dropped = 0;
  // Sockets that were given up: ReconnectionConfig::max_retries attempts in a row have failed.
  std::uint64_t connections_failed = 0;

  friend bool operator==(const OtelCounters&, const OtelCounters&) = default;
};
// The counters of now.
[[nodiscard]] OtelCounters otel_counters();

}  // namespace iii::inline v0
