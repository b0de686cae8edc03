#include "sdk/driver_channel.hpp"

#include "base/job.hpp"
#include "sdk/address.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/driver.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::sdk {

namespace {

// Of orders that the transport does not know yet.
std::size_t payload_bytes(const ChannelEffects& orders) {
  std::size_t bytes = 0;
  for (const ChannelEffect& order : orders) {
    if (const auto* const text = std::get_if<SendText>(&order)) {
      bytes += text->text.size();
    } else if (const auto* const binary = std::get_if<SendBinary>(&order)) {
      bytes += binary->bytes.size();
    }
  }
  return bytes;
}

}  // namespace

ChannelEnd::ChannelEnd(
    std::weak_ptr<Driver> driver, Address address, std::unique_ptr<ChannelMachine> machine
)
    : driver_(std::move(driver)), address_(std::move(address)), machine_(std::move(machine)) {
}

ChannelEnd::~ChannelEnd() = default;

std::vector<ChannelEnd::Ended> ChannelEnd::sort_effects() {
  std::vector<Ended> ended;
  for (ChannelEffect& effect : effects_) {
    if (auto* const end = std::get_if<EndOperation>(&effect)) {
      if (const auto found = completions_.find(end->operation); found != completions_.end()) {
        ended.push_back({std::move(found->second), std::move(end->outcome)});
        completions_.erase(found);
      }
    } else {
      orders_.push_back(std::move(effect));
    }
  }
  effects_.clear();
  return ended;
}

template <class Command>
bool ChannelEnd::apply(Command command) {
  std::vector<Ended> ended;
  bool has_news = false;
  {
    const std::lock_guard lock(mutex_);
    command(effects_);
    ended = sort_effects();
    has_news = !orders_.empty() && !std::exchange(is_turn_posted_, true);
  }
  for (Ended& operation : ended) {
    operation.on_ended(std::move(operation.outcome));
  }
  return has_news;
}

void ChannelEnd::start(
    Completion on_ended,
    const std::function<void(ChannelOperation operation, ChannelEffects& effects)>& command
) {
  const bool has_news = apply([&](ChannelEffects& effects) {
    const ChannelOperation operation(++last_operation_);
    completions_.emplace(operation, std::move(on_ended));
    command(operation, effects);
  });
  if (has_news) {
    turn_soon();
  }
}

void ChannelEnd::tell(const std::function<void(ChannelEffects& effects)>& command) {
  if (apply(command)) {
    turn_soon();
  }
}

void ChannelEnd::run_user_code(base::Job job) const {
  if (const auto driver = driver_.lock()) {
    driver->run_user_code(std::move(job));
  } else {
    job();
  }
}

void ChannelEnd::turn_soon() {
  const auto driver = driver_.lock();
  if (!driver || !driver->post_for_channel([self = shared_from_this()] { self->turn(); })) {
    // The socket, if there ever was one, went with the client.
    apply([this](ChannelEffects& effects) { machine_->fail(effects); });
  }
}

void ChannelEnd::turn() {
  const auto self = shared_from_this();  // an order may make the driver forget this
  ChannelEffects orders;
  {
    const std::lock_guard lock(mutex_);
    is_turn_posted_ = false;
    orders.swap(orders_);
  }
  for (ChannelEffect& order : orders) {
    std::visit([this](auto& alternative) { perform(alternative); }, order);
  }
}

template <class Command>
void ChannelEnd::apply_and_turn(Command command) {
  const auto self = shared_from_this();
  apply(command);
  turn();
}

void ChannelEnd::on_opened() {
  apply_and_turn([this](ChannelEffects& effects) { machine_->on_opened(effects); });
}

void ChannelEnd::on_text(std::string_view text) {
  apply_and_turn([this, text](ChannelEffects& effects) { machine_->on_text(text, effects); });
}

void ChannelEnd::on_binary(std::string_view bytes) {
  apply_and_turn([this, bytes](ChannelEffects& effects) { machine_->on_binary(bytes, effects); });
}

void ChannelEnd::on_written() {
  const auto self = shared_from_this();
  turn();
  if (!transport_) {
    return;
  }
  apply_and_turn([this](ChannelEffects& effects) {
    machine_->on_written(transport_->unsent_bytes() + payload_bytes(orders_), effects);
  });
}

void ChannelEnd::on_closed(const Closing& closing) {
  const auto self = shared_from_this();
  disconnect();
  apply_and_turn([&](ChannelEffects& effects) { machine_->on_closed(closing, effects); });
}

void ChannelEnd::stop() {
  apply_and_turn([this](ChannelEffects& effects) { machine_->stop(effects); });
}

void ChannelEnd::fail() {
  apply_and_turn([this](ChannelEffects& effects) { machine_->fail(effects); });
  disconnect();
}

void ChannelEnd::disconnect() {
  transport_.reset();
  if (const auto driver = driver_.lock()) {
    driver->forget_channel(shared_from_this());
  }
}

void ChannelEnd::perform(OpenConnection&) {
  TransportEvents& events = *this;
  if (const auto driver = driver_.lock()) {
    transport_ = driver->open_channel(shared_from_this(), address_, events);
  }
  if (!transport_) {
    apply([this](ChannelEffects& effects) { machine_->fail(effects); });
  }
}

void ChannelEnd::perform(DropConnection&) {
  disconnect();
}

void ChannelEnd::perform(CloseConnection& effect) {
  if (transport_) {
    transport_->close(effect.code, effect.reason);
  }
}

void ChannelEnd::perform(SendText& effect) {
  if (transport_) {
    transport_->send_text(effect.text);
  }
}

void ChannelEnd::perform(SendBinary& effect) {
  if (transport_) {
    transport_->send_binary(effect.bytes);
  }
}

void ChannelEnd::perform(PauseReading&) {
  if (transport_) {
    transport_->pause_reading();
  }
}

void ChannelEnd::perform(ResumeReading&) {
  if (transport_) {
    transport_->resume_reading();
  }
}

void ChannelEnd::perform(EndOperation&) {
  // Sorted out before: it is no order.
}

}  // namespace iii::sdk
