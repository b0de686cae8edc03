// Whether the body of a request is what its function takes: JSON Schema, draft 07, as SDKs register
// it, on Boost.JSON values. Pure.
//
// Not a library's: those of Debian match `pattern` with std::regex, whose stack and time a client's
// text decides, and know no bound for the work of a schema. Here all work is counted.
//
// Checked are type, enum, const, the bounds of numbers, texts, arrays and objects, properties,
// required, additionalProperties, propertyNames, items (also as a list), additionalItems,
// prefixItems, contains, uniqueItems, allOf, anyOf, oneOf, not, if/then/else, and $ref within the
// schema. Other keywords, `pattern` and `format` among them, only describe.
#pragma once

#include <iii/engine_error.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

class BodySchema {
 public:
  // Of a schema of whole requests (with a property `body` beside one of `headers`, `method`,
  // `path_params`, `query_params`) its `body` counts; any other is the body's own. An error says
  // why nothing can be checked against it.
  static EngineResult<BodySchema> read(std::string_view request_format_json);

  struct Misfit {
    std::string pointer;  // RFC 6901; empty: the body itself
    std::string reason;
  };
  [[nodiscard]] std::optional<Misfit> check(const boost::json::value& body) const;

  // The object that has the properties of whole requests; null: the schema is the body's own.
  [[nodiscard]] static const boost::json::object* schema_of_request(const boost::json::value& root);

 private:
  boost::json::value root_;
};

}  // namespace iii::workers::http_worker
