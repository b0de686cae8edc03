// For tests: the machine of a channel end, and what it wants as lines of text.
#pragma once

#include "sdk/channel_effects.hpp"
#include "sdk/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::sdk {

using Lines = std::vector<std::string>;

// How engines end a channel.
inline Closing end_of_stream(std::uint16_t code = 1005) {
  return {.was_open = true, .code = code, .is_from_peer = true};
}

template <class Machine>
class ChannelScene {
 public:
  template <class Options>
  explicit ChannelScene(Options options) : machine(std::move(options)) {}

  // Everything since the last look.
  [[nodiscard]] Lines take() {
    Lines lines;
    for (const ChannelEffect& effect : effects) {
      std::ostringstream line;
      line << effect;
      lines.push_back(line.str());
    }
    effects.clear();
    return lines;
  }

  void open() { machine.on_opened(effects); }
  void written(std::size_t unsent_bytes = 0) { machine.on_written(unsent_bytes, effects); }
  void closed(const Closing& closing = end_of_stream()) { machine.on_closed(closing, effects); }
  void stop() { machine.stop(effects); }
  void fail() { machine.fail(effects); }
  void abandon() { machine.abandon(effects); }

  Machine machine;
  ChannelEffects effects;
};

inline ChannelOperation operation(std::uint64_t number) {
  return ChannelOperation(number);
}

}  // namespace iii::sdk
