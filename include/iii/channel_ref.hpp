// References to the ends of channels, as they travel inside payloads. A reference is plain JSON;
// the client opens it.
//
//   for (const auto& [path, ref] : iii::extract_channel_refs(payload)) …   // "items[0].reader"
#pragma once

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

// Which end a reference opens.
enum class ChannelDirection { read, write };
III_DECLARE_DESCRIBED_ENUM(ChannelDirection)

struct StreamChannelRef {
  std::string channel_id;
  std::string access_key;  // a secret: whoever has it can open the end
  ChannelDirection direction = ChannelDirection::read;

  friend bool operator==(const StreamChannelRef&, const StreamChannelRef&) = default;
};
III_DECLARE_DESCRIBED(StreamChannelRef)

// An object with the three members above, the direction being "read" or "write".
[[nodiscard]] bool is_channel_ref(const Json& value);

// All references in a value, depth first, with their paths: members joined by dots, array positions
// in brackets. The path of a value that is itself a reference is empty. Nothing is looked for
// inside a reference.
[[nodiscard]] std::vector<std::pair<std::string, StreamChannelRef>> extract_channel_refs(
    const Json& value
);

}  // namespace iii::inline v0
