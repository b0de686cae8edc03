#include "workers/http/body_schema.hpp"

#include "base/form_text.hpp"
#include "base/limits.hpp"
#include "workers/http/body_look.hpp"
#include "workers/http/schema_members.hpp"

#include <iii/engine_error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_worker {

namespace limits = base::limits;
using boost::json::array;
using boost::json::object;
using boost::json::value;

const value* referred(const value& root, std::string_view reference) {
  if (!reference.starts_with('#')) {
    return nullptr;
  }
  boost::json::error_code error;
  const std::string_view pointer = reference.substr(1);
  const value* found = root.find_pointer(pointer, error);
  return found != nullptr ? found : root.find_pointer(base::decode_form_text(pointer), error);
}

namespace {

EngineError unusable(std::string message) {
  return {EngineErrorCode::invalid_argument, std::move(message)};
}

// Keywords whose values are data, not schemas.
bool holds_data(std::string_view keyword) {
  constexpr std::array<std::string_view, 4> names = {"const", "default", "enum", "examples"};
  return std::ranges::find(names, keyword) != names.end();
}

EngineStatus check_references(const value& root, const value& schema) {
  if (const array* list = schema.if_array()) {
    for (const value& each : *list) {
      if (const EngineStatus status = check_references(root, each); !status) {
        return status;
      }
    }
  }
  const object* members = schema.if_object();
  if (members == nullptr) {
    return {};
  }
  for (const auto& [key, each] : *members) {
    if (key == "$ref" && each.is_string() && referred(root, each.get_string()) == nullptr) {
      return unusable(
          "the reference '" + std::string(each.get_string()) +
          "' leads nowhere; only those within the schema are followed, such as "
          "'#/definitions/Name'"
      );
    }
    const EngineStatus status = holds_data(key) ? EngineStatus() : check_references(root, each);
    if (!status) {
      return status;
    }
  }
  return {};
}

bool is_of_request(const object& schema) {
  const object* properties = object_member(schema, "properties");
  if (properties == nullptr || !properties->contains("body")) {
    return false;
  }
  constexpr std::array<std::string_view, 4> others = {
      "headers", "method", "path_params", "query_params"
  };
  return std::ranges::any_of(others, [&](std::string_view key) {
    return properties->contains(key);
  });
}

}  // namespace

EngineResult<BodySchema> BodySchema::read(std::string_view request_format_json) {
  if (request_format_json.size() > limits::http_schema_bytes_max) {
    return unusable("it has more than " + std::to_string(limits::http_schema_bytes_max) + " bytes");
  }
  BodySchema schema;
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max + 1;
  schema.root_ = boost::json::parse(request_format_json, error, {}, options);
  if (error || (!schema.root_.is_object() && !schema.root_.is_bool())) {
    return unusable("it is neither an object nor a boolean");
  }
  if (const EngineStatus status = check_references(schema.root_, schema.root_); !status) {
    return status.error();
  }
  return schema;
}

const object* BodySchema::schema_of_request(const value& root) {
  const object* members = root.if_object();
  const value* reference = members == nullptr ? nullptr : member(*members, "$ref");
  if (reference != nullptr && reference->is_string() && !members->contains("properties")) {
    const value* target = referred(root, reference->get_string());
    members = target == nullptr ? nullptr : target->if_object();
  }
  return members != nullptr && is_of_request(*members) ? members : nullptr;
}

std::optional<BodySchema::Misfit> BodySchema::check(const value& body) const {
  const object* request = schema_of_request(root_);
  BodyLook look(root_);
  if (look.fits(request == nullptr ? root_ : request->at("properties").at("body"), body)) {
    return std::nullopt;
  }
  return std::move(look).misfit();
}

}  // namespace iii::workers::http_worker
