#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace other {
struct Part {
  bool is_other = false;
};
III_DESCRIBE(Part, is_other)
}  // namespace other

namespace iii {
namespace {

enum class Color { red, blue };
III_DESCRIBE_ENUM((Color, "Of the paint"), red, (blue, renamed("bleu")))

struct Part {
  std::string name;
};
III_DESCRIBE(Part, name)

struct Machine {
  Part main;
  std::optional<Part> spare;
  std::vector<Part> parts;
  Color color = Color::blue;
  std::optional<Color> trim;
  std::optional<std::string> note;
  std::uint16_t port = 80;
  Json extra;
  std::optional<Json> more;
  other::Part foreign;
};
III_DESCRIBE(
    (Machine, "A machine"),
    (main, "What it is built around"),
    spare,
    parts,
    (color, defaulted),
    trim,
    (note, "Free text"),
    (port, "Where it listens", defaulted),
    (extra, "Anything"),
    more,
    foreign
)

struct Tree {
  std::vector<Tree> children;
};
III_DESCRIBE(Tree, children)

struct Empty {};
III_DESCRIBE(Empty)

struct Circle {
  double radius = 0;
};
III_DESCRIBE((Circle, tagged("type", "circle")), radius)

// Without $schema, which all have.
template <class T>
void expect_schema(std::string_view text) {
  Json schema = json_schema<T>();
  EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
  schema.as_object().erase("$schema");
  EXPECT_EQ(schema, json_of(text)) << serialize(schema);
}

// spec: sdk §6.4
TEST(Schema, Item34_OfLibraryTypes) {
  expect_schema<std::string>(R"({"title":"String","type":"string"})");
  expect_schema<bool>(R"({"title":"Boolean","type":"boolean"})");
  expect_schema<std::int8_t>(R"({"title":"int8","type":"integer","format":"int8"})");
  expect_schema<std::int16_t>(R"({"title":"int16","type":"integer","format":"int16"})");
  expect_schema<int>(R"({"title":"int32","type":"integer","format":"int32"})");
  expect_schema<std::int64_t>(R"({"title":"int64","type":"integer","format":"int64"})");
  expect_schema<long long>(R"({"title":"int64","type":"integer","format":"int64"})");
  expect_schema<std::uint8_t>(R"({"title":"uint8","type":"integer","format":"uint8","minimum":0.0})"
  );
  expect_schema<std::uint64_t>(
      R"({"title":"uint64","type":"integer","format":"uint64","minimum":0.0})"
  );
  expect_schema<float>(R"({"title":"float","type":"number","format":"float"})");
  expect_schema<double>(R"({"title":"double","type":"number","format":"double"})");
  expect_schema<std::vector<std::string>>(
      R"({"title":"Array_of_String","type":"array","items":{"type":"string"}})"
  );
  expect_schema<std::set<bool>>(
      R"({"title":"Array_of_Boolean","type":"array","items":{"type":"boolean"},"uniqueItems":true})"
  );
  expect_schema<std::array<bool, 3>>(
      R"({"title":"Array_of_Boolean","type":"array","items":{"type":"boolean"},)"
      R"("minItems":3,"maxItems":3})"
  );
  expect_schema<std::map<std::string, Json>>(
      R"({"title":"Map_of_AnyValue","type":"object","additionalProperties":true})"
  );
  expect_schema<std::optional<std::string>>(
      R"({"title":"Nullable_String","type":["string","null"]})"
  );
  expect_schema<std::tuple<bool, std::string>>(
      R"({"title":"Tuple","type":"array","items":[{"type":"boolean"},{"type":"string"}],)"
      R"("minItems":2,"maxItems":2})"
  );
  expect_schema<std::variant<bool, std::string>>(
      R"({"title":"Variant","anyOf":[{"type":"boolean"},{"type":"string"}]})"
  );
  expect_schema<std::optional<std::variant<bool, std::string>>>(
      R"({"title":"Variant","anyOf":[{"type":"boolean"},{"type":"string"},{"type":"null"}]})"
  );
  expect_schema<std::chrono::milliseconds>(
      R"({"title":"int64","type":"integer","format":"int64","description":"In milliseconds"})"
  );
  expect_schema<std::chrono::sys_seconds>(
      R"({"title":"date-time","type":"string","format":"date-time"})"
  );
  expect_schema<Json>(R"({"title":"AnyValue"})");
  expect_schema<void>(R"({"title":"Null","type":"null"})");
}

TEST(Schema, Item34_OfAStructRefersToNestedOnes) {
  expect_schema<Machine>(R"({
    "title": "Machine", "description": "A machine", "type": "object",
    "required": ["main", "parts", "extra", "foreign"],
    "properties": {
      "main": {"description": "What it is built around", "allOf": [{"$ref": "#/definitions/Part"}]},
      "spare": {"anyOf": [{"$ref": "#/definitions/Part"}, {"type": "null"}]},
      "parts": {"type": "array", "items": {"$ref": "#/definitions/Part"}},
      "color": {"default": "bleu", "allOf": [{"$ref": "#/definitions/Color"}]},
      "trim": {"anyOf": [{"$ref": "#/definitions/Color"}, {"type": "null"}]},
      "note": {"description": "Free text", "type": ["string", "null"]},
      "port": {"description": "Where it listens", "default": 80, "type": "integer",
               "format": "uint16", "minimum": 0.0},
      "extra": {"description": "Anything"},
      "more": true,
      "foreign": {"$ref": "#/definitions/Part2"}
    },
    "definitions": {
      "Part": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
      "Part2": {"type": "object", "required": ["is_other"],
                "properties": {"is_other": {"type": "boolean"}}},
      "Color": {"description": "Of the paint", "type": "string", "enum": ["red", "bleu"]}
    }
  })");
}

TEST(Schema, OfSpecialStructs) {
  expect_schema<Tree>(R"({
    "title": "Tree", "type": "object", "required": ["children"],
    "properties": {"children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}},
    "definitions": {"Tree": {"type": "object", "required": ["children"], "properties": {
      "children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}}}}
  })");
  expect_schema<Empty>(R"({"title":"Empty","type":"object"})");
  expect_schema<Circle>(R"({
    "title": "Circle", "type": "object", "required": ["type", "radius"],
    "properties": {"type": {"type": "string", "enum": ["circle"]},
                   "radius": {"type": "number", "format": "double"}}
  })");
  expect_schema<Color>(
      R"({"title":"Color","description":"Of the paint","type":"string","enum":["red","bleu"]})"
  );
  expect_schema<std::vector<Part>>(R"({
    "title": "Array_of_Part", "type": "array", "items": {"$ref": "#/definitions/Part"},
    "definitions": {
      "Part": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}
  })");
}

}  // namespace
}  // namespace iii
