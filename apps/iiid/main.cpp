// iiid: reads the command line and the configuration, then runs the engine until it is told to
// stop.
#include "engine/config.hpp"
#include "engine/environment.hpp"
#include "engine/log.hpp"
#include "engine/server.hpp"
#include "iiid/options.hpp"

#include <iii/engine_error.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <variant>

namespace {

constexpr int failure = 1;

void print(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

// A list of mistakes names the file in each line and needs no prefix.
int fail(const iii::EngineError& error) {
  const bool is_list = error.code == iii::EngineErrorCode::invalid_config;
  print(stderr, (is_list ? "" : "iiid: ") + error.message + "\n");
  if (is_list) {
    print(stderr, "iiid: the configuration file has mistakes\n");
  }
  return failure;
}

int serve(const iii::iiid::Options& options, iii::engine::EngineConfig config) {
  options.apply_to(config);
  iii::engine::Logger log(config.logging);
  const auto server = iii::engine::Server::start(std::move(config), log);
  if (!server) {
    print(stderr, "iiid: " + server.error().message + "\n");
    return failure;
  }
  return (*server)->run();
}

int run(const iii::iiid::Options& options) {
  if (!options.config_file) {
    return serve(options, iii::engine::default_config());
  }
  auto config = iii::engine::load_config(*options.config_file, iii::engine::environment_variable);
  if (!config) {
    return fail(config.error());
  }
  if (options.check_config) {
    print(stdout, *options.config_file + ": ok\n");
    return EXIT_SUCCESS;
  }
  return serve(options, *std::move(config));
}

}  // namespace

int main(int argc, char** argv) {
  // The log goes to a pipe as often as not, and whoever reads it may end before the engine does.
  std::signal(SIGPIPE, SIG_IGN);
  const auto parsed = iii::iiid::parse_options(argc, argv);
  if (const auto* const ending = std::get_if<iii::iiid::Ending>(&parsed)) {
    print(stdout, ending->output);
    print(stderr, ending->errors);
    return ending->status;
  }
  return run(std::get<iii::iiid::Options>(parsed));
}
