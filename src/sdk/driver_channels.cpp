// The channel ends of a client: their sockets, and their end when it shuts down.
#include "base/job.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/address.hpp"
#include "sdk/driver.hpp"
#include "sdk/driver_channel.hpp"
#include "sdk/transport.hpp"

#include <algorithm>
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
  options.headers = headers();
  options.turns = channel_turns_;
  auto transport = std::make_unique<Transport>(executor_, std::move(options), events);
  transport->open();
  channel_ends_.insert(end);
  return transport;
}

void Driver::forget_channel(const std::shared_ptr<ChannelEnd>& end) {
  channel_ends_.erase(end);
  if (has_ended_ && channel_ends_.empty()) {
    timer_.cancel();  // see end()
  }
}

// Asks each to end what it has begun; until when they may.
base::MonotonicTime Driver::stop_channels() {
  for (const auto& end : open_channel_ends()) {
    end->stop();
  }
  return std::max(shutdown_deadline_, now() + base::limits::channel_farewell_min);
}

void Driver::fail_channels() {
  {
    const std::lock_guard lock(commands_mutex_);
    are_channels_closed_ = true;
  }
  drain_commands();
  for (const auto& end : open_channel_ends()) {
    end->fail();
  }
}

// A copy: ends forget themselves.
std::vector<std::shared_ptr<ChannelEnd>> Driver::open_channel_ends() const {
  return {channel_ends_.begin(), channel_ends_.end()};
}

}  // namespace iii::sdk
