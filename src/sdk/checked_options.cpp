#include "sdk/checked_options.hpp"

#include "base/time.hpp"

#include <iii/options.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace iii::sdk {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(const std::string& name, const std::string& problem) {
  throw std::invalid_argument("InitOptions::" + name + " " + problem);
}

void check_duration(milliseconds& duration, const std::string& name) {
  if (duration < milliseconds(0)) {
    refuse(name, "is below zero");
  }
  duration = base::countable(duration);
}

void check_factor(double factor, const std::string& name) {
  if (!std::isfinite(factor) || factor < 0) {
    refuse("reconnection." + name, "is no number of at least 0");
  }
}

}  // namespace

InitOptions checked(InitOptions options) {
  check_duration(options.invocation_timeout, "invocation_timeout");
  check_duration(options.connect_timeout, "connect_timeout");
  check_duration(options.ping_interval, "ping_interval");
  check_duration(options.idle_timeout, "idle_timeout");
  check_duration(options.shutdown_timeout, "shutdown_timeout");
  if (options.connect_timeout == milliseconds(0)) {
    refuse("connect_timeout", "is zero: no connection could ever be made");
  }
  check_factor(options.reconnection.backoff_multiplier, "backoff_multiplier");
  check_factor(options.reconnection.jitter_factor, "jitter_factor");
  constexpr auto delay_max = static_cast<std::uint64_t>(milliseconds(base::duration_max).count());
  options.reconnection.initial_delay_ms =
      std::min(options.reconnection.initial_delay_ms, delay_max);
  options.reconnection.max_delay_ms = std::min(options.reconnection.max_delay_ms, delay_max);
  return options;
}

}  // namespace iii::sdk
