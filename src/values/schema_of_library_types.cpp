// The schemas of scalars, containers and times.
#include "values/schema_writer.hpp"

#include <iii/detail/codec.hpp>
#include <iii/json.hpp>

#include <span>
#include <string>
#include <utility>

namespace iii::inline v0::detail {

Json schema_of_null(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "null"}};
}

Json schema_of_bool(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "boolean"}};
}

Json schema_of_integer(const Codec& self, SchemaWriter& /*writer*/) {
  JsonObject schema{{"type", "integer"}, {"format", self.format}};
  if (self.format.starts_with('u')) {
    schema.emplace("minimum", 0.0);
  }
  return schema;
}

Json schema_of_real(const Codec& self, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "number"}, {"format", self.format}};
}

Json schema_of_string(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "string"}};
}

Json schema_of_instant(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "string"}, {"format", "date-time"}};
}

Json schema_of_duration(const Codec& self, SchemaWriter& writer) {
  Json schema = writer.schema(*self.element);
  if (!self.format.empty()) {
    schema.get_object().emplace("description", "In " + std::string(self.format));
  }
  return schema;
}

Json schema_of_any(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return true;
}

Json schema_of_any_object(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "object"}, {"additionalProperties", true}};
}

Json schema_of_any_array(const Codec& /*self*/, SchemaWriter& /*writer*/) {
  return JsonObject{{"type", "array"}, {"items", true}};
}

Json schema_of_sequence(const Codec& self, SchemaWriter& writer) {
  return JsonObject{{"type", "array"}, {"items", writer.schema(*self.element)}};
}

Json schema_of_set(const Codec& self, SchemaWriter& writer) {
  return JsonObject{
      {"type", "array"}, {"items", writer.schema(*self.element)}, {"uniqueItems", true}
  };
}

Json schema_of_array(const Codec& self, SchemaWriter& writer) {
  return JsonObject{
      {"type", "array"},
      {"items", writer.schema(*self.element)},
      {"minItems", self.size},
      {"maxItems", self.size},
  };
}

Json schema_of_map(const Codec& self, SchemaWriter& writer) {
  return JsonObject{{"type", "object"}, {"additionalProperties", writer.schema(*self.element)}};
}

Json schema_of_tuple(std::span<const Codec* const> elements, SchemaWriter& writer) {
  JsonArray items;
  for (const Codec* const element : elements) {
    items.push_back(writer.schema(*element));
  }
  return JsonObject{
      {"type", "array"},
      {"items", std::move(items)},
      {"minItems", elements.size()},
      {"maxItems", elements.size()},
  };
}

}  // namespace iii::inline v0::detail
