// Schemas in the style of the reference SDK (spec: sdk §6.4): draft-07, self-contained.
#include "values/schema_writer.hpp"

#include <iii/detail/codec.hpp>
#include <iii/json.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace iii::inline v0::detail {
namespace {

constexpr std::string_view reference_prefix = "#/definitions/";

struct Defaults {
  const StructType* type;
  JsonObject values;
};

// The members that have a default, as a new object has them.
JsonObject defaults_of(const StructType& type) {
  Defaults defaults{.type = &type, .values = {}};
  type.with_default(
      [](const void* object, void* context) {
        Defaults& found = *static_cast<Defaults*>(context);
        for (const Member& member : found.type->members) {
          if (found.type->is_defaulted || member.is_defaulted) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): it is only read.
            const void* const value = member.access(const_cast<void*>(object));
            found.values.emplace(member.name, member.codec->encode(*member.codec, value));
          }
        }
      },
      &defaults
  );
  return std::move(defaults.values);
}

bool has_defaults(const StructType& type) {
  for (const Member& member : type.members) {
    if (type.is_defaulted || member.is_defaulted) {
      return true;
    }
  }
  return false;
}

// A place for annotations. Beside $ref draft-07 ignores every other member, and `true` has none.
JsonObject& annotatable(Json& schema) {
  if (!schema.is_object()) {
    schema = JsonObject();
  } else if (schema.get_object().contains("$ref")) {
    Json reference = std::move(schema);
    schema = JsonObject{{"allOf", JsonArray{std::move(reference)}}};
  }
  return schema.get_object();
}

Json schema_of_member(const Member& member, const JsonObject& defaults, SchemaWriter& writer) {
  Json schema = writer.schema(*member.codec);
  if (!member.description.empty()) {
    annotatable(schema).insert_or_assign("description", member.description);
  }
  const Json* const value = defaults.if_contains(member.name);
  if (value != nullptr && !member.is_omitted_when_empty) {
    annotatable(schema).insert_or_assign("default", *value);
  }
  return schema;
}

bool is_required(const StructType& type, const Member& member) {
  return member.codec->null_use != NullUse::absent && !member.is_defaulted && !type.is_defaulted;
}

bool accepts_null(const JsonObject& schema) {
  const Json* const type = schema.if_contains("type");
  return type != nullptr && type->is_string() && type->get_string() == "null";
}

std::string title_of(const Json& schema);

// "string" → "String"
std::string title_of_type(const JsonObject& schema, std::string_view type) {
  if (const Json* const format = schema.if_contains("format"); format != nullptr) {
    return std::string(format->get_string());
  }
  if (const Json* const items = schema.if_contains("items"); items != nullptr) {
    return items->is_array() ? "Tuple" : "Array_of_" + title_of(*items);
  }
  if (const Json* const values = schema.if_contains("additionalProperties"); values != nullptr) {
    return "Map_of_" + title_of(*values);
  }
  std::string title(type);
  title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return title;
}

// What the reference SDK calls a schema without a name.
std::string title_of(const Json& schema) {
  if (!schema.is_object()) {
    return "AnyValue";
  }
  const JsonObject& object = schema.get_object();
  if (const Json* const reference = object.if_contains("$ref"); reference != nullptr) {
    return std::string(reference->get_string().subview(reference_prefix.size()));
  }
  if (const Json* const choices = object.if_contains("anyOf"); choices != nullptr) {
    const JsonArray& array = choices->get_array();
    const bool is_nullable = array.size() == 2 && accepts_null(array[1].get_object());
    return is_nullable ? "Nullable_" + title_of(array[0]) : "Variant";
  }
  const Json* const type = object.if_contains("type");
  if (type == nullptr) {
    return "AnyValue";
  }
  if (type->is_array()) {
    return "Nullable_" + title_of_type(object, type->get_array()[0].get_string());
  }
  return title_of_type(object, type->get_string());
}

}  // namespace

Json SchemaWriter::schema(const Codec& codec) {
  if (codec.structure != nullptr) {
    return reference(codec, codec.structure().name);
  }
  if (codec.enumeration != nullptr) {
    return reference(codec, codec.enumeration().name);
  }
  return codec.schema(codec, *this);
}

Json SchemaWriter::reference(const Codec& codec, std::string_view wanted_name) {
  auto known = names_.find(&codec);
  if (known == names_.end()) {
    std::string name(wanted_name);
    for (int number = 2; definitions_.contains(name); ++number) {
      name = std::string(wanted_name) + std::to_string(number);
    }
    known = names_.emplace(&codec, name).first;
    definitions_.emplace(name, nullptr);
    Json definition = codec.schema(codec, *this);
    definitions_.insert_or_assign(std::move(name), std::move(definition));
  }
  return JsonObject{{"$ref", std::string(reference_prefix) + known->second}};
}

JsonObject SchemaWriter::take_definitions() {
  JsonObject all;
  for (auto& [name, definition] : definitions_) {
    all.emplace(name, std::move(definition));
  }
  return all;
}

Json root_schema(const Codec& codec) {
  SchemaWriter writer;
  Json schema = codec.schema(codec, writer);
  JsonObject root{{"$schema", "http://json-schema.org/draft-07/schema#"}};
  if (codec.structure != nullptr) {
    root.emplace("title", codec.structure().name);
  } else if (codec.enumeration != nullptr) {
    root.emplace("title", codec.enumeration().name);
  } else {
    root.emplace("title", title_of(schema));
  }
  if (schema.is_object()) {
    for (auto& member : schema.get_object()) {
      root.insert_or_assign(member.key(), std::move(member.value()));
    }
  }
  JsonObject definitions = writer.take_definitions();
  if (!definitions.empty()) {
    root.emplace("definitions", std::move(definitions));
  }
  return root;
}

Json schema_of_struct(const Codec& self, SchemaWriter& writer) {
  const StructType& type = self.structure();
  if (type.is_transparent) {
    const Member& member = type.members.front();
    Json schema = member.codec->schema(*member.codec, writer);
    if (!type.description.empty()) {
      annotatable(schema).insert_or_assign("description", type.description);
    }
    return schema;
  }
  const JsonObject defaults = has_defaults(type) ? defaults_of(type) : JsonObject();
  JsonArray required;
  JsonObject properties;
  if (!type.tag.name.empty()) {
    required.emplace_back(type.tag.name);
    properties.emplace(
        type.tag.name, JsonObject{{"type", "string"}, {"enum", JsonArray{type.tag.value}}}
    );
  }
  for (const Member& member : type.members) {
    if (is_required(type, member)) {
      required.emplace_back(member.name);
    }
    properties.emplace(member.name, schema_of_member(member, defaults, writer));
  }
  JsonObject schema;
  if (!type.description.empty()) {
    schema.emplace("description", type.description);
  }
  schema.emplace("type", "object");
  if (!required.empty()) {
    schema.emplace("required", std::move(required));
  }
  if (!properties.empty()) {
    schema.emplace("properties", std::move(properties));
  }
  return schema;
}

Json schema_of_enum(const Codec& self, SchemaWriter& /*writer*/) {
  const EnumType& type = self.enumeration();
  JsonArray names;
  for (const Enumerator& enumerator : type.enumerators) {
    names.emplace_back(enumerator.name);
  }
  JsonObject schema;
  if (!type.description.empty()) {
    schema.emplace("description", type.description);
  }
  schema.emplace("type", "string");
  schema.emplace("enum", std::move(names));
  return schema;
}

Json schema_of_optional(const Codec& self, SchemaWriter& writer) {
  Json schema = writer.schema(*self.element);
  if (!schema.is_object()) {
    return schema;
  }
  JsonObject& object = schema.get_object();
  if (Json* const choices = object.if_contains("anyOf"); choices != nullptr) {
    choices->get_array().push_back(JsonObject{{"type", "null"}});
    return schema;
  }
  Json* const type = object.if_contains("type");
  if (type != nullptr && type->is_string()) {
    *type = JsonArray{*type, "null"};
    return schema;
  }
  if (type != nullptr) {
    return schema;  // optional of optional
  }
  return JsonObject{{"anyOf", JsonArray{std::move(schema), JsonObject{{"type", "null"}}}}};
}

Json schema_of_variant(const Codec& self, SchemaWriter& writer) {
  JsonArray choices;
  for (const Alternative& alternative : self.alternatives) {
    choices.push_back(writer.schema(*alternative.codec));
  }
  return JsonObject{{"anyOf", std::move(choices)}};
}

}  // namespace iii::inline v0::detail
