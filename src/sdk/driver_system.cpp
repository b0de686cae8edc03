#include "sdk/driver_system.hpp"

#include "base/system_random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "sdk/telemetry/settings.hpp"
#include "sdk/worker_metadata.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::sdk {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): only read
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::optional<std::string> file_text(const char* name) {
  constexpr std::uintmax_t bytes_max = std::uintmax_t{1024} * 1024;
  std::error_code error;
  if (std::filesystem::file_size(name, error) > bytes_max || error) {
    return std::nullopt;
  }
  std::ifstream file(name, std::ios::binary);
  return file ? std::optional(std::string(std::istreambuf_iterator<char>(file), {})) : std::nullopt;
}

}  // namespace

base::MonotonicTime now() {
  return base::MonotonicTime(std::chrono::steady_clock::now().time_since_epoch());
}

base::WallTime wall_now() {
  return base::WallTime(std::chrono::system_clock::now().time_since_epoch());
}

telemetry::Environment telemetry_environment() {
  telemetry::Environment environment;
  for (const std::string_view name : telemetry::environment_names) {
    if (auto value = variable(std::string(name).c_str())) {
      environment.emplace(name, *std::move(value));
    }
  }
  return environment;
}

telemetry::Surroundings telemetry_surroundings(const std::string& worker_url) {
  static const std::string instance_id = [] {
    base::SystemRandom random;
    return base::Uuid::random(random).to_string();
  }();
  std::error_code error;
  return {
      .worker_url = worker_url,
      .executable_name = std::filesystem::read_symlink("/proc/self/exe", error).filename().string(),
      .sdk_version = std::string(sdk_version()),
      .random_uuid = instance_id,
  };
}

SystemFacts system_facts() {
  SystemFacts facts{
      .worker_name = variable("III_WORKER_NAME"),
      .isolation = variable("III_ISOLATION"),
      .namespace_name = variable("III_NAMESPACE"),
      .token = engine_token(),
      .lang = variable("LANG"),
      .lc_all = variable("LC_ALL"),
      .pid = static_cast<std::uint32_t>(getpid()),
      .vcpkg_json = file_text("vcpkg.json"),
      .cmake_lists = file_text("CMakeLists.txt"),
  };
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) {
    facts.host_name = name.data();
  }
  utsname system{};
  if (uname(&system) == 0) {
    facts.machine = system.machine;
  }
  facts.os = "linux";
  std::error_code error;
  facts.folder_name = std::filesystem::current_path(error).filename().string();
  return facts;
}

std::optional<std::string> engine_token() {
  return variable("III_TOKEN");
}

std::string default_address() {
  const auto url = variable("III_URL");
  const bool is_blank = !url || url->find_first_not_of(" \t\r\n") == std::string::npos;
  return is_blank ? "ws://127.0.0.1:49134" : *url;
}

}  // namespace iii::sdk
