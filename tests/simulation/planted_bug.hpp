// Bugs that the simulated engine can be given, to prove that the checkers see them. They change
// what passes between network and core, in a few places; the core itself stays as it is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace iii::simulation {

enum class PlantedBug : std::uint8_t {
  none,
  // Routing
  result_sent_twice,
  stranger_answers,  // a result counts whoever sends it
  // Registries
  close_forgotten,    // the core is not told that a connection has gone
  registration_lost,  // a message that registers something does not reach the core
  // Order and flow
  messages_swapped,      // two messages of one outbox change places
  relief_forgotten,      // the core is not told that an outbox has room again
  pause_ignored,         // the writer of a full channel is read on
  channel_message_lost,  // one of them is never sent
  // Time
  signs_ignored,      // whoever is silent is given up, acknowledgements or not
  streams_forgotten,  // a drain ends although channels are being read
};

struct PlantedBugName {
  std::string_view name;
  PlantedBug bug;
};
inline constexpr std::array<PlantedBugName, 10> planted_bug_names = {{
    {"result_sent_twice", PlantedBug::result_sent_twice},
    {"stranger_answers", PlantedBug::stranger_answers},
    {"close_forgotten", PlantedBug::close_forgotten},
    {"registration_lost", PlantedBug::registration_lost},
    {"messages_swapped", PlantedBug::messages_swapped},
    {"relief_forgotten", PlantedBug::relief_forgotten},
    {"pause_ignored", PlantedBug::pause_ignored},
    {"channel_message_lost", PlantedBug::channel_message_lost},
    {"signs_ignored", PlantedBug::signs_ignored},
    {"streams_forgotten", PlantedBug::streams_forgotten},
}};

[[nodiscard]] constexpr std::optional<PlantedBug> planted_bug_named(std::string_view name) {
  for (const PlantedBugName& entry : planted_bug_names) {
    if (entry.name == name) {
      return entry.bug;
    }
  }
  return std::nullopt;
}

}  // namespace iii::simulation
