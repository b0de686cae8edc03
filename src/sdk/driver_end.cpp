// The end of a driver: telemetry, channel ends, and what the user has given it.
#include "base/time.hpp"
#include "sdk/driver.hpp"
#include "sdk/invocation_gate.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

namespace iii::sdk {

namespace {

// What telemetry gets to send the last records when functions have used up all the time.
constexpr auto telemetry_shutdown_min = std::chrono::milliseconds(500);

}  // namespace

// The functions that the client waits for have ended, and their spans with them.
void Driver::end_telemetry() {
  if (!telemetry_) {
    end();
    return;
  }
  const std::chrono::nanoseconds left = shutdown_deadline_ - now();
  telemetry_->shut_down(std::max<std::chrono::nanoseconds>(left, telemetry_shutdown_min), [this] {
    end();
  });
}

void Driver::end() {
  has_ended_ = true;
  if (strand_) {
    boost::asio::post(executor_, [self = shared_from_this()] { self->await_channels(); });
  }
}

void Driver::await_channels() {
  const base::MonotonicTime deadline = stop_channels();
  if (channel_ends_.empty()) {
    wind_up();
    return;
  }
  // The last channel end cancels it.
  timer_.expires_at(boost::asio::steady_timer::time_point(deadline.time_since_epoch()));
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
    self->wind_up();
  });
}

// A function that captured the client would keep it alive for ever.
void Driver::release_user_code() {
  struct Released {
    std::shared_ptr<const Log> log;
    decltype(functions_) functions;
    decltype(trigger_types_) trigger_types;
    decltype(listeners_) listeners;
    InvocationGate gate{0};
  };
  auto released = std::make_shared<Released>();
  std::swap(released->gate, gate_);
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    released->log.swap(log_);
    released->functions.swap(functions_);
    released->trigger_types.swap(trigger_types_);
    released->listeners.swap(listeners_);
    triggers_.clear();
  }
  // Destroyed where user code runs, and before the pool is stopped.
  run_user_code([released = std::move(released)] {});
  const std::lock_guard lock(mutex_);
  has_wound_up_ = true;
  ended_.notify_all();
  registered_.notify_all();
}

}  // namespace iii::sdk
