// What all copies of a reader or a writer share. When the last one goes, the end is closed.
#pragma once

#include "sdk/address.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/channel_reader_machine.hpp"
#include "sdk/channel_writer_machine.hpp"
#include "sdk/driver_channel.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

class ChannelReader::Handle {
 public:
  Handle(
      std::weak_ptr<sdk::Driver> driver,
      const sdk::Address& engine,
      StreamChannelRef ref_of,
      const ChannelOptions& options
  );
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  void read(sdk::ChannelEnd::Completion on_ended);
  void close();
  void add_listener(std::function<void(const std::string& text)> listener);
  void tell(const std::string& text);

  const StreamChannelRef ref;

 private:
  std::unique_ptr<sdk::ChannelReaderMachine> new_machine_;  // until the end owns it
  sdk::ChannelReaderMachine& machine_;

 public:
  const std::shared_ptr<sdk::ChannelEnd> end;

 private:
  using Listener = std::shared_ptr<const std::function<void(const std::string& text)>>;
  std::mutex mutex_;
  std::vector<Listener> listeners_;
};

class ChannelWriter::Handle {
 public:
  // What a writer is asked for: one of the commands of its machine.
  using Command =
      std::function<void(sdk::ChannelWriterMachine&, sdk::ChannelOperation, sdk::ChannelEffects&)>;

  Handle(
      std::weak_ptr<sdk::Driver> driver,
      const sdk::Address& engine,
      StreamChannelRef ref_of,
      const ChannelOptions& options
  );
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();

  void start(const Command& command, sdk::ChannelEnd::Completion on_ended);

  const StreamChannelRef ref;

 private:
  std::unique_ptr<sdk::ChannelWriterMachine> new_machine_;  // until the end owns it
  sdk::ChannelWriterMachine& machine_;

 public:
  const std::shared_ptr<sdk::ChannelEnd> end;
};

}  // namespace iii::inline v0

namespace iii::sdk {

// Waits on this thread for what `start(completion)` starts.
template <class Start>
ChannelOutcome wait_for_channel(Start start) {
  // Shared: the I/O thread may still be inside open() when this function has returned.
  struct State {
    detail::Latch latch;
    std::optional<ChannelOutcome> outcome;
  };
  const auto state = std::make_shared<State>();
  start([state](ChannelOutcome outcome) {
    state->outcome.emplace(std::move(outcome));
    state->latch.open();
  });
  state->latch.wait();
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the latch was opened with it
  return *std::move(state->outcome);
}

// What an outcome is for a writer.
[[nodiscard]] inline Status status_of(const ChannelOutcome& outcome) {
  return outcome ? Status() : Status(outcome.error());
}

}  // namespace iii::sdk
