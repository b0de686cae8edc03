#include "engine/log.hpp"

#include "base/trimmed.hpp"
#include "engine/log_line.hpp"

#include <iii/engine_error.hpp>

#include <spdlog/common.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace iii::engine {
namespace {

constexpr std::array level_names = {
    std::string_view("trace"),
    std::string_view("debug"),
    std::string_view("info"),
    std::string_view("warn"),
    std::string_view("error"),
    std::string_view("off"),
};

std::optional<LogLevel> level_named(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    const bool is_same = std::ranges::equal(name, level_names[i], [](char left, char right) {
      return std::tolower(static_cast<unsigned char>(left)) == right;
    });
    if (is_same) {
      return static_cast<LogLevel>(i);
    }
  }
  return std::nullopt;
}

EngineError unknown_level(std::string_view name) {
  std::string message = "unknown log level '";
  append_printable(message, name);
  message += "'; use trace, debug, info, warn, error or off";
  return {.code = EngineErrorCode::invalid_config, .message = std::move(message)};
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  return level_names[static_cast<std::size_t>(level)];
}

EngineResult<LogLevel> parse_log_level(std::string_view text) {
  LogLevel plain = LogLevel::info;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = base::trimmed(text.substr(0, comma), " ");
    const std::size_t equals = part.find('=');
    const std::string_view name =
        equals == std::string_view::npos ? part : base::trimmed(part.substr(equals + 1), " ");
    const auto level = level_named(name);
    if (!level) {
      return unknown_level(name);
    }
    if (equals == std::string_view::npos) {
      plain = *level;
    }
    if (comma == std::string_view::npos) {
      return plain;
    }
    text.remove_prefix(comma + 1);
  }
}

EngineResult<LogFormat> parse_log_format(std::string_view text) {
  if (text == "json") {
    return LogFormat::json;
  }
  if (text == "human" || text == "default") {
    return LogFormat::human;
  }
  std::string message = "unknown log format '";
  append_printable(message, text);
  message += "'; use human or json";
  return EngineError{.code = EngineErrorCode::invalid_config, .message = std::move(message)};
}

Logger::Logger(LoggingConfig config)
    : Logger(config, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
}

Logger::Logger(LoggingConfig config, std::shared_ptr<spdlog::sinks::sink> sink)
    : level_(config.level),
      format_(config.format),
      output_(std::make_unique<spdlog::logger>("iiid", std::move(sink))) {
  output_->set_level(spdlog::level::trace);  // level_ has decided already
  output_->set_pattern(
      format_ == LogFormat::json ? R"({"timestamp":"%Y-%m-%dT%H:%M:%S.%eZ",%v)"
                                 : "%Y-%m-%dT%H:%M:%S.%eZ %v",
      spdlog::pattern_time_type::utc
  );
}

Logger::~Logger() = default;

void Logger::write(LogLevel level, std::string_view event, std::span<const LogField> fields) {
  const std::string line = format_ == LogFormat::json ? json_line(level, event, fields)
                                                      : human_line(level, event, fields);
  output_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace iii::engine
