// Logs that belong to the call that wrote them: they go to the engine with the trace of the current
// context, and structured data stays structured.
//
//   iii::Logger logger;
//   logger.info("priced", {{"sku", "A1"}, {"cents", 250}});
//
// Without telemetry each record is one line of JSON, on stderr or wherever set_log_fallback says.
// Never waits for the engine; what does not fit into the queue is counted. Any thread.
#pragma once

#include <iii/json.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace iii::telemetry {
enum class Severity : unsigned char;
}  // namespace iii::telemetry

namespace iii::inline v0 {

// Instead of what the current context says.
struct LoggerOptions {
  std::string service_name = {};
  std::string trace_id = {};
  std::string span_id = {};
};

class Logger {
 public:
  Logger() = default;
  explicit Logger(LoggerOptions options) : options_(std::move(options)) {}

  // One record each. `data` stays structured: the attribute `log.data`.
  void debug(std::string_view message) const;
  void debug(std::string_view message, const Json& data) const;
  // As debug().
  void info(std::string_view message) const;
  void info(std::string_view message, const Json& data) const;
  // As debug().
  void warn(std::string_view message) const;
  void warn(std::string_view message, const Json& data) const;
  // As debug().
  void error(std::string_view message) const;
  void error(std::string_view message, const Json& data) const;

 private:
  void write(telemetry::Severity severity, std::string_view message, const Json* data) const;

  LoggerOptions options_;
};

// Takes a line without its newline, from any thread. nullptr: stderr again.
using LogFallback = void (*)(std::string_view line);
// Where lines go while there is no telemetry, for the whole process.
void set_log_fallback(LogFallback fallback) noexcept;

}  // namespace iii::inline v0
