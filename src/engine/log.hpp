// Structured log lines on standard error, for people or as JSON.
//
//   Logger log(LogLevel::info, LogFormat::human);
//   log.log(LogLevel::info, "listening", {{"address", "127.0.0.1:49134"}});
//
// A line that the level filters out costs one comparison and allocates nothing. Whatever the texts
// contain, one call writes one line. No colours, no files, no rotation. Any thread may log;
// set_level belongs to the thread that owns the logger.
#pragma once

#include <iii/engine_error.hpp>

#include <spdlog/fwd.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

namespace iii::engine {

enum class LogLevel { trace, debug, info, warn, error, off };
enum class LogFormat { human, json };

struct LoggingConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::human;

  friend bool operator==(const LoggingConfig&, const LoggingConfig&) = default;
};

[[nodiscard]] std::string_view to_string(LogLevel level) noexcept;

// A level name, or a filter list such as "info,iii=debug", of which the last plain level counts:
// lines have no targets that could be filtered one by one (spec: configuration §7).
[[nodiscard]] EngineResult<LogLevel> parse_log_level(std::string_view text);
// "json", or "human" under any of its names: "human", "default".
[[nodiscard]] EngineResult<LogFormat> parse_log_format(std::string_view text);

// One key and its value. Views: both live until the call that logs them has returned.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  template <class T>
    requires std::convertible_to<T, std::string_view>
  LogField(std::string_view field_key, const T& text)
      : key(field_key), value(std::string_view(text)) {}
  LogField(std::string_view field_key, std::signed_integral auto number)
      : key(field_key), value(static_cast<std::int64_t>(number)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view field_key, T number)
      : key(field_key), value(static_cast<std::uint64_t>(number)) {}
  LogField(std::string_view field_key, std::same_as<bool> auto flag)
      : key(field_key), value(flag) {}
  LogField(std::string_view field_key, std::floating_point auto number)
      : key(field_key), value(static_cast<double>(number)) {}

  std::string_view key;
  Value value;
};

class Logger {
 public:
  explicit Logger(LoggingConfig config);
  // Writes to `sink` instead of standard error.
  Logger(LoggingConfig config, std::shared_ptr<spdlog::sinks::sink> sink);
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;
  ~Logger();

  [[nodiscard]] bool is_enabled(LogLevel level) const noexcept {
    return level >= level_ && level != LogLevel::off;
  }
  void set_level(LogLevel level) noexcept { level_ = level; }

  void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) {
    if (is_enabled(level)) {
      write(level, event, {fields.begin(), fields.size()});
    }
  }
  void log(LogLevel level, std::string_view event, std::span<const LogField> fields) {
    if (is_enabled(level)) {
      write(level, event, fields);
    }
  }

 private:
  void write(LogLevel level, std::string_view event, std::span<const LogField> fields);

  LogLevel level_;
  LogFormat format_;
  std::unique_ptr<spdlog::logger> output_;
};

}  // namespace iii::engine
