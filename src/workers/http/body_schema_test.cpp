#include "workers/http/body_schema.hpp"

#include "base/limits.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

// "fits", or "pointer: reason".
std::string look(std::string_view schema, std::string_view body) {
  const auto read = BodySchema::read(schema);
  if (!read) {
    return "unusable: " + read.error().message;
  }
  const auto misfit = read->check(boost::json::parse(body));
  return misfit ? misfit->pointer + ": " + misfit->reason : "fits";
}

struct Case {
  std::string_view schema;
  std::string_view body;
  std::string_view expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    EXPECT_EQ(look(each.schema, each.body), each.expected) << each.schema << " " << each.body;
  }
}

TEST(BodySchema, compares_types_and_values) {
  expect_all({
      {"{}", "7", "fits"},
      {"true", "7", "fits"},
      {"false", "7", ": is not allowed"},
      {R"({"type":"integer"})", "7", "fits"},
      {R"({"type":"integer"})", "7.0", "fits"},
      {R"({"type":"integer"})", "7.5", ": must be of type integer"},
      {R"({"type":"number"})", "7", "fits"},
      {R"({"type":"boolean"})", "null", ": must be of type boolean"},
      {R"({"type":["string","null"]})", "null", "fits"},
      {R"({"type":["string","null"]})", "7", ": must be of type string or null"},
      {R"({"const":7})", "7.0", "fits"},
      {R"({"const":7})", "8", ": must be 7"},
      {R"({"enum":["a",1]})", "\"a\"", "fits"},
      {R"({"enum":["a",1]})", "\"b\"", R"(: must be one of ["a",1])"},
  });
}

TEST(BodySchema, compares_numbers_and_texts) {
  expect_all({
      {R"({"minimum":1})", "1", "fits"},
      {R"({"minimum":1})", "0", ": must be at least 1"},
      {R"({"minimum":1})", "\"text\"", "fits"},
      {R"({"maximum":1.5})", "2", ": must be at most 1.5E0"},
      {R"({"exclusiveMinimum":1})", "1", ": must be more than 1"},
      {R"({"exclusiveMaximum":1})", "1", ": must be less than 1"},
      {R"({"multipleOf":0.1})", "0.3", "fits"},
      {R"({"multipleOf":0.1})", "0.35", ": must be a multiple of 1E-1"},
      {R"({"minLength":2})", "\"\u00e9\"", ": must have at least 2 characters"},
      {R"({"maxLength":1})", "\"\u00e9\"", "fits"},
      {R"({"maxLength":1})", "\"ab\"", ": must have at most 1 characters"},
      {R"({"pattern":"^a","format":"email"})", "\"b\"", "fits"},
  });
}

TEST(BodySchema, names_the_place_in_arrays_and_objects) {
  expect_all({
      {R"({"items":{"type":"string"}})", R"(["a",1])", "/1: must be of type string"},
      {R"({"items":[{"type":"string"}],"additionalItems":false})",
       R"(["a",1])",
       "/1: is not allowed"},
      {R"({"prefixItems":[{"type":"string"}],"items":{"type":"null"}})",
       R"(["a",1])",
       "/1: must be of type null"},
      {R"({"minItems":1})", "[]", ": must have at least 1 items"},
      {R"({"maxItems":1})", "[1,2]", ": must have at most 1 items"},
      {R"({"uniqueItems":true})", R"([1,{"a":1},{"a":1}])", ": must not have an item twice"},
      {R"({"contains":{"type":"null"}})", "[1,null]", "fits"},
      {R"({"contains":{"type":"null"}})", "[1]", ": must have an item that fits `contains`"},
      {R"({"required":["a"]})", R"({"b":1})", ": lacks the member 'a'"},
      {R"({"required":["a"]})", "[]", "fits"},
      {R"({"properties":{"a/b~":{"properties":{"c":{"type":"string"}}}}})",
       R"({"a/b~":{"c":1}})",
       "/a~1b~0/c: must be of type string"},
      {R"({"properties":{"a":{}},"additionalProperties":false})",
       R"({"a":1,"b":2})",
       "/b: is not allowed"},
      {R"({"additionalProperties":{"type":"string"}})", R"({"b":2})", "/b: must be of type string"},
      {R"({"patternProperties":{"^x":{}},"additionalProperties":false})", R"({"x":2})", "fits"},
      {R"({"propertyNames":{"maxLength":1}})", R"({"ab":2})", "/ab: must have at most 1 characters"
      },
      {R"({"minProperties":1})", "{}", ": must have at least 1 members"},
      {R"({"maxProperties":0})", R"({"a":1})", ": must have at most 0 members"},
  });
}

TEST(BodySchema, combines_schemas) {
  expect_all({
      {R"({"allOf":[{"minimum":1},{"maximum":2}]})", "3", ": must be at most 2"},
      {R"({"anyOf":[{"type":"null"},{"minimum":3}]})", "3", "fits"},
      {R"({"anyOf":[{"type":"null"},{"type":"string"}]})", "3", ": fits none of the alternatives"},
      {R"({"anyOf":[{"properties":{"a":{"type":"null"}},"type":"object"},{"type":"string"}]})",
       R"({"a":1})",
       "/a: must be of type null"},
      {R"({"oneOf":[{"minimum":1},{"minimum":5}]})", "3", "fits"},
      {R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "3", ": fits more than one of the alternatives"
      },
      {R"({"not":{"type":"null"}})", "null", ": is what `not` excludes"},
      {R"({"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":1}})",
       "\"\"",
       ": must have at least 1 characters"},
      {R"({"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":1}})",
       "0",
       ": must be at least 1"},
  });
}

TEST(BodySchema, follows_references_within_itself_only) {
  expect_all({
      {R"({"$ref":"#/definitions/A","definitions":{"A":{"type":"null"}}})",
       "1",
       ": must be of type null"},
      {R"({"properties":{"n":{"$ref":"#"}},"additionalProperties":false})",
       R"({"n":{"n":{"m":1}}})",
       "/n/n/m: is not allowed"},
      {R"({"$ref":"#/$defs/A%20B","$defs":{"A B":{"type":"null"}}})", "1", ": must be of type null"
      },
      {R"({"items":{"$ref":"https://example.com/a.json"}})",
       "1",
       "unusable: the reference 'https://example.com/a.json' leads nowhere; only those within the "
       "schema are followed, such as '#/definitions/Name'"},
      {R"({"properties":{"$ref":{"type":"string"}}})",
       R"({"$ref":1})",
       "/$ref: must be of type string"},
      {R"({"enum":[{"$ref":"nowhere"}]})", R"({"$ref":"nowhere"})", "fits"},
  });
}

// Also what no schema is for is looked at.
TEST(BodySchema, counts_members_and_items_without_a_schema) {
  std::string schemas = R"({"allOf":[true)";
  for (int i = 0; i < 2000; ++i) {
    schemas += R"(,{"properties":{"x":true},"items":[true]})";
  }
  schemas += "]}";
  std::string members = R"({"x":0)";
  std::string items = "[0";
  for (int i = 0; i < 1000; ++i) {
    members += ",\"" + std::to_string(i) + "\":0";
    items += ",0";
  }
  EXPECT_EQ(look(schemas, members + "}"), ": is too large to be checked");
  EXPECT_EQ(look(schemas, items + "]"), ": is too large to be checked");
  EXPECT_EQ(look(schemas, "{}"), "fits");
}

TEST(BodySchema, tells_the_end_of_the_way_that_counts) {
  expect_all({
      {R"({"not":{"enum":[1,2]},"enum":[3,4]})", "5", ": must be one of [3,4]"},
      {R"({"if":{"const":1},"else":{"const":2}})", "3", ": must be 2"},
      {R"({"contains":{"const":1},"items":{"type":["null","integer"]}})",
       R"(["a",1])",
       "/0: must be of type null or integer"},
  });
}

// spec: http §6: functions are registered with the schema of all that they get.
TEST(BodySchema, finds_the_body_in_the_schema_of_a_request) {
  constexpr std::string_view schema = R"({"type":"object","properties":{
      "path_params":{"type":"object"},"body":{"$ref":"#/definitions/Note"}},
      "definitions":{"Note":{"type":"object","required":["text"]}}})";
  constexpr std::string_view behind = R"({"$ref":"#/$defs/R","$defs":{"R":{"properties":{
      "headers":{},"body":{"type":"string"}}}}})";
  constexpr std::string_view own = R"({"properties":{"body":{"type":"string"}}})";
  expect_all({
      {schema, R"({"text":"milk"})", "fits"},
      {schema, "{}", ": lacks the member 'text'"},
      {behind, "1", ": must be of type string"},
      {own, R"({"body":1})", "/body: must be of type string"},
  });
}

TEST(BodySchema, refuses_what_cannot_be_a_schema) {
  expect_all({
      {"7", "1", "unusable: it is neither an object nor a boolean"},
      {"{", "1", "unusable: it is neither an object nor a boolean"},
  });
  const std::string large(base::limits::http_schema_bytes_max + 1, ' ');
  EXPECT_EQ(look(large, "1"), "unusable: it has more than 262144 bytes");
}

TEST(BodySchema, ends_its_work_whatever_the_schema) {
  constexpr std::string_view refused = ": is too large to be checked";
  EXPECT_EQ(look(R"({"$ref":"#"})", "1"), refused);
  EXPECT_EQ(look(R"({"not":{"$ref":"#"}})", "1"), refused);
  // Doubles with every definition.
  std::string doubling = R"({"$ref":"#/d/0","d":{)";
  for (int i = 0; i < 60; ++i) {
    const std::string next = R"({"$ref":"#/d/)" + std::to_string(i + 1) + "\"}";
    doubling += "\"" + std::to_string(i) + R"(":{"anyOf":[)" + next + "," + next + "]},";
  }
  EXPECT_EQ(look(doubling + R"("60":false}})", "1"), refused);
  std::string items = "[1";
  for (std::size_t i = 0; i < base::limits::http_schema_steps_max; ++i) {
    items += ",1";
  }
  EXPECT_EQ(look(R"({"items":{}})", items + "]"), refused);
}

}  // namespace
}  // namespace iii::workers::http_worker::test
