// One end of a channel: its machine behind a lock, its socket on the client's I/O thread, and the
// programs that wait for it.
//
// Order: make it shared, start() and tell() from any thread, and abandon the machine at last.
// Nothing reaches the driver before an operation wants a connection; from then on the driver owns
// the end until its socket is gone. Orders to the socket stand in one queue that only the I/O
// thread empties, so that they keep the order in which the machine gave them.
#pragma once

#include "base/job.hpp"
#include "sdk/address.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace iii::sdk {

class Driver;

class ChannelEnd final : public std::enable_shared_from_this<ChannelEnd>, private TransportEvents {
 public:
  // Runs once, on the thread that starts the operation or on the I/O thread. Must be quick and not
  // throw.
  using Completion = std::function<void(ChannelOutcome outcome)>;

  ChannelEnd(
      std::weak_ptr<Driver> driver, Address address, std::unique_ptr<ChannelMachine> machine
  );
  ~ChannelEnd();

  // `command(operation, effects)` asks the machine for what `on_ended` waits for.
  void start(
      Completion on_ended,
      const std::function<void(ChannelOperation operation, ChannelEffects& effects)>& command
  );
  // For what nobody waits for.
  void tell(const std::function<void(ChannelEffects& effects)>& command);
  // User code, on the pool; here if that is gone.
  void run_user_code(base::Job job) const;

  // --- From the driver, on the I/O thread ---
  void stop();
  void fail();

 private:
  struct Ended {
    Completion on_ended;
    ChannelOutcome outcome;
  };

  void on_opened() override;
  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_written() override;
  void on_closed(const Closing& closing) override;

  // Runs `command(effects)` under the lock, and completions after it. Whether there are orders that
  // nobody has been told of.
  template <class Command>
  bool apply(Command command);
  // On the I/O thread.
  template <class Command>
  void apply_and_turn(Command command);
  void turn_soon();
  void turn();
  [[nodiscard]] std::vector<Ended> sort_effects();
  void disconnect();

  void perform(OpenConnection& effect);
  void perform(DropConnection& effect);
  void perform(CloseConnection& effect);
  void perform(SendText& effect);
  void perform(SendBinary& effect);
  void perform(PauseReading& effect);
  void perform(ResumeReading& effect);
  void perform(EndOperation& effect);

  const std::weak_ptr<Driver> driver_;
  const Address address_;

  std::unique_ptr<Transport> transport_;  // only the I/O thread

  std::mutex mutex_;  // everything below
  const std::unique_ptr<ChannelMachine> machine_;
  std::uint64_t last_operation_ = 0;
  std::unordered_map<ChannelOperation, Completion> completions_;
  ChannelEffects effects_;  // of the command that runs
  ChannelEffects orders_;   // for the I/O thread
  bool is_turn_posted_ = false;
};

}  // namespace iii::sdk
