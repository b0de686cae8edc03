// Bugs that the simulated engine and the SDK's workers can be given, to prove that the checkers see
// them. They change what passes between the network and the core or the SDK's conversation; these
// themselves stay as they are.
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
  // The SDK
  sdk_registration_lost,  // one of what is sent after a connect
  sdk_call_ends_twice,
  sdk_cancel_forgotten,  // the conversation is not told that nobody waits any more
  sdk_loss_forgotten,    // nor that its connection has gone
};

struct PlantedBugName {
  std::string_view name;
  PlantedBug bug;
};
inline constexpr std::array<PlantedBugName, 14> planted_bug_names = {{
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
    {"sdk_registration_lost", PlantedBug::sdk_registration_lost},
    {"sdk_call_ends_twice", PlantedBug::sdk_call_ends_twice},
    {"sdk_cancel_forgotten", PlantedBug::sdk_cancel_forgotten},
    {"sdk_loss_forgotten", PlantedBug::sdk_loss_forgotten},
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
