// The command line of iiid. Pure: prints nothing and ends nothing.
#pragma once

#include "engine/config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace iii::iiid {

struct Options {
  std::optional<std::string> config_file;
  bool check_config = false;
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<engine::CompatLine> compat;
  std::optional<engine::LogLevel> log_level;
  std::optional<engine::LogFormat> log_format;

  // Puts what was given in place of what `config` says; host and port are those of the first
  // listener.
  void apply_to(engine::EngineConfig& config) const;
};

// The command line asks for a text (help, version) or is wrong: print and exit.
struct Ending {
  int status = 0;  // 0, or 2 for a usage error
  std::string output;
  std::string errors;
};

[[nodiscard]] std::variant<Options, Ending> parse_options(int argc, const char* const* argv);

}  // namespace iii::iiid
