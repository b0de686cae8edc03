// Described structs, enums and variants: walks over the tables that descriptions make.
#include <iii/detail/codec.hpp>
#include <iii/detail/place.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0::detail {
namespace {

// Members are only read through it.
const void* at(const Member& member, const void* object) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): access() serves both directions.
  return member.access(const_cast<void*>(object));
}

bool is_defaulted(const StructType& type, const Member& member) {
  return type.is_defaulted || member.is_defaulted;
}

bool decode_member(
    const StructType& type,
    const Member& member,
    const JsonObject& object,
    void* value,
    const Place& place
) {
  std::string_view name = member.name;
  const Json* json = object.if_contains(name);
  if (json == nullptr && !member.alias.empty()) {
    json = object.if_contains(member.alias);
    name = json == nullptr ? member.name : member.alias;
  }
  const bool keeps_default =
      is_defaulted(type, member) &&
      (json == nullptr || (json->is_null() && member.codec->null_use == NullUse::refused));
  if (keeps_default) {
    return true;
  }
  if (json == nullptr) {
    return member.codec->null_use == NullUse::absent || place.member(name).fail("is missing");
  }
  return member.codec->decode(*member.codec, *json, member.access(value), place.member(name));
}

bool is_empty(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null:
      return true;
    case boost::json::kind::string:
      return json.get_string().empty();
    case boost::json::kind::array:
      return json.get_array().empty();
    case boost::json::kind::object:
      return json.get_object().empty();
    case boost::json::kind::bool_:
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return false;
  }
  return false;
}

bool has_tag(const Tag& tag, const JsonObject& object) {
  const Json* const found = object.if_contains(tag.name);
  return found != nullptr && found->is_string() && found->get_string() == tag.value;
}

bool check_tag(const Tag& tag, const JsonObject& object, const Place& place) {
  if (tag.name.empty() || has_tag(tag, object)) {
    return true;
  }
  const Json* const found = object.if_contains(tag.name);
  const Place there = place.member(tag.name);
  return found == nullptr ? there.fail("is missing")
                          : there.mismatch(serialize(Json(tag.value)), *found);
}

std::string listed(const EnumType& type) {
  std::string text;
  for (const Enumerator& enumerator : type.enumerators) {
    text += text.empty() ? "one of " : ", ";
    text += enumerator.name;
  }
  return text;
}

Tag tag_of(const Alternative& alternative) {
  return alternative.codec->structure == nullptr ? Tag{} : alternative.codec->structure().tag;
}

// The tag that all alternatives have, with values of their own.
std::string_view common_tag(const Codec& variant) {
  const std::string_view name = tag_of(variant.alternatives.front()).name;
  const bool is_common =
      std::ranges::all_of(variant.alternatives, [name](const Alternative& alternative) {
        return tag_of(alternative).name == name;
      });
  return is_common ? name : std::string_view();
}

bool decode_tagged(
    const Codec& self, std::string_view tag, const Json& json, void* value, const Place& place
) {
  const JsonObject* const object = read_object(json, place);
  if (object == nullptr) {
    return false;
  }
  std::string known;
  for (const Alternative& alternative : self.alternatives) {
    if (has_tag(tag_of(alternative), *object)) {
      return alternative.decode(json, value, place);
    }
    known += known.empty() ? "one of " : ", ";
    known += tag_of(alternative).value;
  }
  const Json* const found = object->if_contains(tag);
  const Place there = place.member(tag);
  return found == nullptr ? there.fail("is missing") : there.mismatch(known, *found);
}

bool spend_attempt(const Place& place) {
  if (place.conversion().attempts_left == 0) {
    return false;
  }
  --place.conversion().attempts_left;
  return true;
}

// Whether one of the alternatives could be read. `complaints` gets why not.
bool decode_any(
    const Codec& self, const Json& json, void* value, const Place& place, std::string* complaints
) {
  for (const Alternative& alternative : self.alternatives) {
    if (!spend_attempt(place)) {
      return false;
    }
    if (alternative.decode(json, value, place)) {
      return true;
    }
    if (complaints != nullptr) {
      *complaints += complaints->empty() ? "fits no alternative: (" : "; (";
      *complaints += std::exchange(place.conversion().failure, {}) + ')';
    }
  }
  return false;
}

}  // namespace

std::optional<Error> read(const Codec& codec, const Json& json, void* value) {
  Conversion conversion;
  if (codec.decode(codec, json, value, Place(conversion))) {
    return std::nullopt;
  }
  return Error::serde(std::move(conversion.failure));
}

Json encode_struct(const Codec& self, const void* value) {
  const StructType& type = self.structure();
  if (type.is_transparent) {
    const Member& member = type.members.front();
    return member.codec->encode(*member.codec, at(member, value));
  }
  JsonObject object;
  object.reserve(type.members.size() + 1);
  if (!type.tag.name.empty()) {
    object.emplace(type.tag.name, type.tag.value);
  }
  for (const Member& member : type.members) {
    Json json = member.codec->encode(*member.codec, at(member, value));
    const bool is_omitted = (member.codec->null_use == NullUse::absent && json.is_null()) ||
                            (member.is_omitted_when_empty && is_empty(json));
    if (!is_omitted) {
      object.insert_or_assign(member.name, std::move(json));
    }
  }
  return object;
}

bool decode_struct(const Codec& self, const Json& json, void* value, const Place& place) {
  const StructType& type = self.structure();
  if (type.is_transparent) {
    const Member& member = type.members.front();
    return member.codec->decode(*member.codec, json, member.access(value), place);
  }
  const JsonObject* const object = read_object(json, place);
  return object != nullptr && check_tag(type.tag, *object, place) &&
         std::ranges::all_of(type.members, [&](const Member& member) {
           return decode_member(type, member, *object, value, place);
         });
}

Json encode_number(const EnumType& type, long long number) {
  for (const Enumerator& enumerator : type.enumerators) {
    if (enumerator.number == number) {
      return encode_text(enumerator.name);
    }
  }
  // A number without a name is a mistake of the program that should stay visible.
  return number;
}

bool decode_number(const EnumType& type, const Json& json, long long& number, const Place& place) {
  if (json.is_string()) {
    for (const Enumerator& enumerator : type.enumerators) {
      if (json.get_string() == enumerator.name) {
        number = enumerator.number;
        return true;
      }
    }
  }
  return place.mismatch(listed(type), json);
}

bool decode_variant(const Codec& self, const Json& json, void* value, const Place& place) {
  const std::string_view tag = common_tag(self);
  if (!tag.empty()) {
    return decode_tagged(self, tag, json, value, place);
  }
  // Quietly first: the complaints of alternatives that were not meant cost more than the reading.
  Conversion& conversion = place.conversion();
  const bool was_quiet = std::exchange(conversion.is_quiet, true);
  const bool is_read = decode_any(self, json, value, place, nullptr);
  conversion.is_quiet = was_quiet;
  if (is_read || was_quiet) {
    return is_read;
  }
  std::string complaints;
  if (decode_any(self, json, value, place, &complaints)) {
    return true;
  }
  if (conversion.attempts_left == 0) {
    return place.fail("too many alternatives to try; tag them");
  }
  conversion.failure = std::move(complaints);
  return false;
}

}  // namespace iii::inline v0::detail
