// The channel ends of a client: their sockets, and their end when it shuts down.
#include "base/job.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_channel.hpp"
#include "sdk/driver_system.hpp"
#include "sdk/transport.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace iii::sdk {

bool Driver::post_for_channel(base::Job command) {
  const std::lock_guard lock(commands_mutex_);
  if (are_channels_closed_) {
    return false;
  }
  enqueue(std::move(command));
  return true;
}

std::unique_ptr<Transport> Driver::open_channel(
    const std::shared_ptr<ChannelEnd>& end, const Address& address, TransportEvents& events
) {
  if (has_ended_) {
    return nullptr;
  }
  TransportOptions options{
      .address = address,
      .ca_file = options_.ca_file,
      .connect_timeout = options_.connect_timeout,
      .close_timeout = base::limits::channel_close_timeout,
  };
  {
    const std::lock_guard lock(mutex_);
    options.headers = headers_;
  }
  auto transport = std::make_unique<Transport>(executor_, std::move(options), events);
  transport->open();
  channel_ends_.insert(end);
  return transport;
}

void Driver::forget_channel(const std::shared_ptr<ChannelEnd>& end) {
  channel_ends_.erase(end);
}

void Driver::end_channels() {
  const auto copy = [this] {
    return std::vector<std::shared_ptr<ChannelEnd>>(channel_ends_.begin(), channel_ends_.end());
  };
  for (const auto& end : copy()) {
    end->stop();
  }
  const base::MonotonicTime deadline =
      std::max(shutdown_deadline_, now() + base::limits::channel_farewell_min);
  while (!channel_ends_.empty() && now() < deadline) {
    io_.run_one_until(std::chrono::steady_clock::time_point(deadline.time_since_epoch()));
  }
  {
    const std::lock_guard lock(commands_mutex_);
    are_channels_closed_ = true;
  }
  drain_commands();
  for (const auto& end : copy()) {
    end->fail();
  }
}

}  // namespace iii::sdk
