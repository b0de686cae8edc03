// What is written down about requests: counts for each route, and a line for each request.
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "http/request.hpp"
#include "protocol/from_worker.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/route_metrics.hpp"
#include "workers/worker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_worker {

namespace {

constexpr std::string_view metrics_response_schema =
    R"({"type":"object","properties":{"routes":{"type":"array","items":{"type":"object"}},)"
    R"("requests":{"type":"integer"},"not_found":{"type":"integer"},)"
    R"("refused":{"type":"integer"},"timeouts":{"type":"integer"},)"
    R"("abandoned":{"type":"integer"},"unreadable":{"type":"integer"}}})";

std::string cut(std::string_view text) {
  return std::string(text.substr(0, base::limits::log_text_bytes_max));
}

// W3C: version, trace, span, flags.
std::string trace_id_of(std::string_view traceparent) {
  constexpr std::size_t at = 3;
  constexpr std::size_t length = 32;
  return traceparent.size() >= at + length ? std::string(traceparent.substr(at, length)) : "";
}

std::string milliseconds_text(base::MonotonicTime::duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return std::to_string(us / 1000) + "." + std::to_string(1000 + us % 1000).substr(1);
}

}  // namespace

void HttpWorker::register_metrics(Outputs& outputs) {
  protocol::from_worker::RegisterFunction function;
  function.id = metrics_id;
  function.description = "What has been counted for each route.";
  function.request_format = R"({"type":"object"})";
  function.response_format = metrics_response_schema;
  outputs.messages.emplace_back(std::move(function));
}

std::string HttpWorker::metrics_json() const {
  std::string text = R"({"routes":)" + metrics_.rows_json();
  const auto add = [&](std::string_view name, std::uint64_t count) {
    text.append(",\"").append(name).append("\":").append(std::to_string(count));
  };
  add("requests", counters_.requests);
  add("not_found", counters_.not_found);
  add("refused", counters_.refused);
  add("timeouts", counters_.timeouts);
  add("abandoned", counters_.abandoned);
  add("unreadable", counters_.unreadable);
  return text.append("}");
}

// spec: http §9: skipped with a warning.
void HttpWorker::note_left_out(
    const Pending& pending, const std::optional<std::string>& name, const Event& event
) {
  if (name) {
    event.outputs.notes.push_back(
        {core::Severity::warn,
         "http_header_left_out",
         {{"path", pending.route->path}, {"name", *name}},
         false}
    );
  }
}

void HttpWorker::record_begin(
    Pending& pending, const http::Request& request, std::string_view client, base::Now now
) {
  pending.started_at = now.monotonic;
  if (pending.route->counts != nullptr) {
    pending.route->counts->on_begun();
  }
  if (options_.logs_access) {
    pending.access = std::make_unique<Access>(Access{
        std::string(request.method),
        cut(request.path()),
        std::string(client),
        {},
        trace_id_of(pending.traceparent)
    });
  }
}

void HttpWorker::record_end(const Pending& pending, const Event& event) {
  const auto duration = event.now.monotonic - pending.started_at;
  if (pending.route->counts != nullptr) {
    pending.route->counts->on_ended(pending.status, duration);
  }
  if (pending.access != nullptr) {
    write_access(
        *pending.access,
        pending.route->path,
        {pending.status, pending.bytes, duration},
        event.outputs
    );
  }
}

// Of a request that no route is for.
void HttpWorker::record_unrouted(
    const http::Request& request, std::string_view client, unsigned status, Outputs& outputs
) {
  if (options_.logs_access) {
    const Access access{
        std::string(request.method),
        cut(request.path()),
        std::string(client),
        {},
        trace_id_of(request.header("traceparent").value_or(""))
    };
    write_access(access, "", {status, 0, {}}, outputs);
  }
}

// Its method and path are not known.
void HttpWorker::record_unreadable(
    const Outcome& outcome, std::string_view client, Outputs& outputs
) {
  ++counters_.unreadable;
  if (options_.logs_access) {
    write_access({.client = std::string(client)}, "", outcome, outputs);
  }
}

void HttpWorker::write_access(
    const Access& access, std::string_view route, const Outcome& outcome, Outputs& outputs
) {
  core::Note note{
      core::Severity::info,
      "http_request",
      {{"method", access.method},
       {"path", access.path},
       {"status", std::to_string(outcome.status)},
       {"bytes", std::to_string(access.method == "HEAD" ? 0 : outcome.bytes)},
       {"duration_ms", milliseconds_text(outcome.duration)},
       {"client", access.client}},
      true  // all of them, however many
  };
  for (const auto& [name, text] :
       {std::pair(std::string_view("route"), std::string(route)),
        std::pair(std::string_view("error_id"), access.error_id),
        std::pair(std::string_view("trace_id"), access.trace_id)}) {
    if (!text.empty()) {
      note.fields.emplace_back(name, text);
    }
  }
  outputs.notes.push_back(std::move(note));
}

}  // namespace iii::workers::http_worker
