#include <iii/channel_ref.hpp>
#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::inline v0 {

III_DEFINE_DESCRIBED_ENUM(ChannelDirection, read, write)
III_DEFINE_DESCRIBED(StreamChannelRef, channel_id, access_key, (direction, defaulted))

namespace {

using Found = std::vector<std::pair<std::string, StreamChannelRef>>;

const JsonString* text_of(const JsonObject& object, std::string_view name) {
  const Json* const member = object.if_contains(name);
  return member == nullptr ? nullptr : member->if_string();
}

// `path` is that of `value`; it is put back before the return.
void extract(const Json& value, std::string& path, Found& found) {
  if (is_channel_ref(value)) {
    found.emplace_back(path, from_json<StreamChannelRef>(value).value());
    return;
  }
  const std::size_t size = path.size();
  if (const JsonObject* const object = value.if_object(); object != nullptr) {
    for (const auto& member : *object) {
      path += path.empty() ? "" : ".";
      path += std::string_view(member.key());
      extract(member.value(), path, found);
      path.resize(size);
    }
  } else if (const JsonArray* const array = value.if_array(); array != nullptr) {
    for (std::size_t index = 0; index != array->size(); ++index) {
      path += '[' + std::to_string(index) + ']';
      extract((*array)[index], path, found);
      path.resize(size);
    }
  }
}

}  // namespace

bool is_channel_ref(const Json& value) {
  const JsonObject* const object = value.if_object();
  if (object == nullptr || text_of(*object, "channel_id") == nullptr ||
      text_of(*object, "access_key") == nullptr) {
    return false;
  }
  const JsonString* const direction = text_of(*object, "direction");
  return direction != nullptr && (*direction == "read" || *direction == "write");
}

std::vector<std::pair<std::string, StreamChannelRef>> extract_channel_refs(const Json& value) {
  Found found;
  std::string path;
  extract(value, path, found);
  return found;
}

}  // namespace iii::inline v0
