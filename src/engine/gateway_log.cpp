// The gateway's log lines: those that the core orders, and its own about connections.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/gateway.hpp"
#include "engine/log.hpp"
#include "engine/session.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;

namespace {

LogLevel log_level(core::Severity severity) {
  switch (severity) {
    case core::Severity::trace:
      return LogLevel::trace;
    case core::Severity::debug:
      return LogLevel::debug;
    case core::Severity::info:
      return LogLevel::info;
    case core::Severity::warn:
      return LogLevel::warn;
    case core::Severity::error:
      return LogLevel::error;
  }
  return LogLevel::error;
}

}  // namespace

void Gateway::note(const core::Note& note) {
  const LogLevel level = log_level(note.severity);
  if (!log_.is_enabled(level) ||
      (!note.is_requested && !log_throttle_.admits(note.event, now_.monotonic))) {
    return;
  }
  const std::size_t text_bytes_max =
      note.is_requested ? std::string_view::npos : limits::log_text_bytes_max;
  std::vector<LogField> fields;
  fields.reserve(note.fields.size());
  for (const auto& [key, value] : note.fields) {
    fields.emplace_back(key, std::string_view(value).substr(0, text_bytes_max));
  }
  log_.log(level, note.event, std::span<const LogField>(fields));
}

void Gateway::warn_about(
    const Session& session, std::string_view event, std::initializer_list<LogField> more
) {
  if (!log_.is_enabled(LogLevel::warn) || !log_throttle_.admits(event, now_.monotonic)) {
    return;
  }
  std::string id;  // lives as long as the fields
  std::vector<LogField> fields;
  if (const core::Connection* worker = core_.find_connection(session.id)) {
    id = worker->worker_id.value().to_string();
    fields.emplace_back("worker_id", id);
    if (worker->name) {
      fields.emplace_back("worker_name", *worker->name);
    }
  } else if (session.channel) {
    id = session.channel->value().to_string();
    fields.emplace_back("channel_id", id);
    fields.emplace_back(
        "channel_end", session.phase == Phase::channel_reader ? "reader" : "writer"
    );
  } else {
    fields.emplace_back("path", "/otel");
  }
  fields.emplace_back("ip", session.ip_address);
  fields.emplace_back("port", loop_->port(session.listener));
  fields.insert(fields.end(), more);
  log_.log(LogLevel::warn, event, std::span<const LogField>(fields));
}

}  // namespace iii::engine
