#include "base/utf8.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/otlp_value.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/logger.hpp>
#include <iii/span.hpp>

#include <atomic>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::debug:
      return "DEBUG";
    case Severity::info:
      return "INFO";
    case Severity::warn:
      return "WARN";
    case Severity::error:
      return "ERROR";
  }
  return "";
}

std::ostream& operator<<(std::ostream& out, Severity severity) {
  return out << to_string(severity);
}

}  // namespace iii::telemetry

namespace iii::inline v0 {

namespace {

using telemetry::LogRecord;
using telemetry::Severity;

void write_to_stderr(std::string_view line) {
  // One call, so that lines of two threads do not mix.
  const std::string whole = std::string(line).append("\n");
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

std::atomic<LogFallback> fallback = write_to_stderr;

std::string line_of(const LogRecord& record, const Json* data, const LoggerOptions& options) {
  std::string line = R"({"level":")";
  line.append(telemetry::to_string(record.severity)).append(R"(","message":)");
  telemetry::append_text(record.message, line);
  const auto member = [&line](std::string_view key, std::string_view text) {
    if (!text.empty()) {
      line.append(",\"").append(key).append("\":");
      telemetry::append_text(text, line);
    }
  };
  member("service", options.service_name);
  member("trace_id", record.trace_id);
  member("span_id", record.span_id);
  if (data != nullptr) {
    const std::string text = serialize(*data);
    line.append(R"(,"data":)").append(base::is_utf8(text) ? text : base::repaired_utf8(text));
  }
  return line.append("}");
}

}  // namespace

void set_log_fallback(LogFallback sink) noexcept {
  fallback.store(sink != nullptr ? sink : write_to_stderr);
}

void Logger::write(Severity severity, std::string_view message, const Json* data) const {
  const Context& context = detail::current_context_slot().context;
  LogRecord record{.severity = severity, .message = std::string(message)};
  record.trace_id = options_.trace_id;
  record.span_id = options_.span_id;
  if (context.trace().is_valid()) {
    if (record.trace_id.empty()) {
      record.trace_id = context.trace().trace_id();
    }
    if (record.span_id.empty()) {
      record.span_id = context.trace().span_id();
    }
  }
  if (const auto recorder = telemetry::recorder_of(context); recorder && recorder->takes_logs()) {
    record.time = recorder->now();
    if (!options_.service_name.empty()) {
      record.attributes.push_back({"service.name", Json(options_.service_name)});
    }
    if (data != nullptr) {
      record.attributes.push_back({"log.data", *data});
    }
    recorder->log(std::move(record));
    return;
  }
  fallback.load()(line_of(record, data, options_));
}

void Logger::debug(std::string_view message) const {
  write(Severity::debug, message, nullptr);
}

void Logger::debug(std::string_view message, const Json& data) const {
  write(Severity::debug, message, &data);
}

void Logger::info(std::string_view message) const {
  write(Severity::info, message, nullptr);
}

void Logger::info(std::string_view message, const Json& data) const {
  write(Severity::info, message, &data);
}

void Logger::warn(std::string_view message) const {
  write(Severity::warn, message, nullptr);
}

void Logger::warn(std::string_view message, const Json& data) const {
  write(Severity::warn, message, &data);
}

void Logger::error(std::string_view message) const {
  write(Severity::error, message, nullptr);
}

void Logger::error(std::string_view message, const Json& data) const {
  write(Severity::error, message, &data);
}

}  // namespace iii::inline v0
