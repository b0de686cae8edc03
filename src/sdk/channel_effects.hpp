// What the machine of a channel end wants done, in order; and what both machines have in common.
// The vocabulary of the conversation where it has the word.
#pragma once

#include "base/id.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"

#include <iii/channel.hpp>
#include <iii/error.hpp>
#include <iii/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::sdk {

// One operation of a program. Each ends by exactly one EndOperation.
using ChannelOperation = base::Id<struct ChannelOperationTag, std::uint64_t>;

// What an operation gives: a message or nullopt for the end of the stream, nullopt for a writer's.
using ChannelOutcome = Result<std::optional<ChannelMessage>>;

struct SendBinary {
  std::string bytes;
};
// Messages that have been read already wait too.
struct PauseReading {};
struct ResumeReading {};
struct EndOperation {
  ChannelOperation operation;
  ChannelOutcome outcome;
};

using ChannelEffect = std::variant<
    OpenConnection,
    DropConnection,
    CloseConnection,
    SendText,
    SendBinary,
    PauseReading,
    ResumeReading,
    EndOperation>;
using ChannelEffects = std::vector<ChannelEffect>;

// For test failures: one line, such as `end 3: websocket error: …`. Long bytes by their number.
std::ostream& operator<<(std::ostream& out, const ChannelEffect& effect);

// Events of the connection and of the client that owns it.
class ChannelMachine {
 public:
  ChannelMachine() = default;
  ChannelMachine(const ChannelMachine&) = delete;
  ChannelMachine& operator=(const ChannelMachine&) = delete;
  virtual ~ChannelMachine() = default;

  virtual void on_opened(ChannelEffects& effects) = 0;
  virtual void on_text(std::string_view text, ChannelEffects& effects) = 0;
  virtual void on_binary(std::string_view bytes, ChannelEffects& effects) = 0;
  // `unsent_bytes`: of all that was ordered to be sent, what the system has not taken yet.
  virtual void on_written(std::size_t unsent_bytes, ChannelEffects& effects) = 0;
  virtual void on_closed(const Closing& closing, ChannelEffects& effects) = 0;

  // Nobody holds the end any more.
  virtual void abandon(ChannelEffects& effects) = 0;
  // The client shuts down: nothing new, and a good end for what has been taken.
  virtual void stop(ChannelEffects& effects) = 0;
  // It is over: whatever waits ends with not_connected.
  virtual void fail(ChannelEffects& effects) = 0;
};

// Why a channel end ended that should not have; `what` names it. A 404 is told in our words.
[[nodiscard]] Error channel_error(const std::string& what, const Closing& closing);

}  // namespace iii::sdk
