#include "iiid/options.hpp"

#include "engine/config.hpp"
#include "engine/log.hpp"
#include "engine/version.hpp"

#include <iii/engine_error.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace iii::iiid {
namespace {

constexpr int usage_error = 2;

// Adds an option whose text one of the parse functions of the configuration understands.
template <class T>
void add_parsed_option(
    CLI::App& app,
    const std::string& name,
    std::optional<T>& target,
    EngineResult<T> (*parse)(std::string_view),
    const std::string& type_name,
    const std::string& description
) {
  app.add_option_function<std::string>(
         name,
         [&target, parse, name](const std::string& text) {
           const auto parsed = parse(text);
           if (!parsed) {
             throw CLI::ValidationError(name, parsed.error().message);
           }
           target = *parsed;
         },
         description
  )
      ->type_name(type_name);
}

void describe(CLI::App& app, Options& options) {
  const std::string version = "iiid " + std::string(engine::engine_version());
  CLI::Option* const config_file =
      app.add_option("-c,--config", options.config_file, "YAML file with the configuration")
          ->type_name("FILE");
  app.add_flag("--check-config", options.check_config, "Check the configuration file and exit")
      ->needs(config_file);
  app.add_option("--host", options.host, "Address to listen on (default 127.0.0.1)")
      ->type_name("ADDRESS")
      ->check([](const std::string& host) {
        const EngineStatus status = engine::check_host(host);
        return status ? std::string() : status.error().message;
      });
  app.add_option("--port", options.port, "Port to listen on, 0 for any free port (default 49134)")
      ->type_name("PORT")
      ->check([](const std::string& port) {
        std::uint16_t number = 0;
        const auto parsed = std::from_chars(port.data(), port.data() + port.size(), number);
        const bool is_port = parsed.ec == std::errc() && parsed.ptr == port.data() + port.size();
        return is_port ? "" : "must be a number from 0 to 65535, not '" + port + "'";
      });
  add_parsed_option(
      app,
      "--compat",
      options.compat,
      &engine::parse_compat_line,
      "LINE",
      "Line of the reference system for workers that announce no version: 0.11 or 0.22 (default)"
  );
  add_parsed_option(
      app,
      "--log-level",
      options.log_level,
      &engine::parse_log_level,
      "LEVEL",
      "trace, debug, info (default), warn, error or off"
  );
  add_parsed_option(
      app,
      "--log-format",
      options.log_format,
      &engine::parse_log_format,
      "FORMAT",
      "human (default) or json"
  );
  app.set_version_flag("-v,--version", version, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
}

Ending mistake(const std::string& what) {
  return {
      .status = usage_error,
      .output = "",
      .errors = "iiid: " + what + "\nUsage: iiid [OPTIONS]; iiid --help lists them\n",
  };
}

}  // namespace

void Options::apply_to(engine::EngineConfig& config) const {
  engine::ListenerConfig& first = config.listeners.front();
  first.host = host.value_or(first.host);
  first.port = port.value_or(first.port);
  config.compat = compat.value_or(config.compat);
  config.logging.level = log_level.value_or(config.logging.level);
  config.logging.format = log_format.value_or(config.logging.format);
}

std::variant<Options, Ending> parse_options(int argc, const char* const* argv) {
  Options options;
  CLI::App app(
      "An engine for the iii system: connects workers and routes calls between them.", "iiid"
  );
  describe(app, options);
  try {
    app.parse(argc, argv);
    return options;
  } catch (const CLI::CallForHelp&) {
    return Ending{.status = 0, .output = app.help(), .errors = ""};
  } catch (const CLI::CallForVersion& version) {
    return Ending{.status = 0, .output = std::string(version.what()) + "\n", .errors = ""};
  } catch (const CLI::ExtrasError&) {
    const std::string argument = app.remaining().front();
    const bool is_file = argument.ends_with(".yaml") || argument.ends_with(".yml");
    return mistake(
        "unknown argument '" + argument + "'" +
        (is_file ? "; a configuration is read with --config " + argument : "")
    );
  } catch (const CLI::ParseError& error) {
    return mistake(error.what());
  }
}

}  // namespace iii::iiid
