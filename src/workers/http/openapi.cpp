#include "workers/http/openapi.hpp"

#include "base/limits.hpp"
#include "base/lower_ascii.hpp"
#include "http/router.hpp"
#include "workers/http/body_schema.hpp"
#include "workers/http/route_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_worker {

using boost::json::array;
using boost::json::object;
using boost::json::value;

namespace {

constexpr std::array<std::string_view, 2> definition_keys = {"definitions", "$defs"};

const object* object_at(const object* holder, std::string_view key) {
  const value* found = holder == nullptr ? nullptr : holder->if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

// OpenAPI 3.1 §4.8.7.1: names of components.
std::string component_name(std::string_view text) {
  std::string name(text);
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !is_letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_';
      },
      '_'
  );
  return name;
}

// "Note" of "#/definitions/Note".
std::string_view definition_of(std::string_view reference) {
  for (const std::string_view key : definition_keys) {
    const std::size_t length = 3 + key.size();
    if (reference.size() > length && reference.substr(2, key.size()) == key &&
        reference.starts_with("#/") && reference[length - 1] == '/') {
      return reference.substr(length);
    }
  }
  return {};
}

// Schemas of functions refer to their own definitions; in the document these are components.
class Components {
 public:
  // A prefix that no other schema has.
  std::string prefix_of(std::string_view name) {
    std::string prefix = component_name(name);
    while (!prefixes_.insert(prefix).second) {
      prefix += '_';
    }
    return prefix + ".";
  }

  void add_definitions(const object& schema, std::string_view prefix) {
    for (const std::string_view key : definition_keys) {
      if (const object* definitions = object_at(&schema, key)) {
        for (const auto& [name, definition] : *definitions) {
          const std::string component = std::string(prefix) + component_name(name);
          schemas_[component] = moved(definition, prefix);
        }
      }
    }
  }

  // The schema with its references to components; those that lead elsewhere are left out.
  [[nodiscard]] static value moved(const value& schema, std::string_view prefix) {
    if (const array* list = schema.if_array()) {
      array result;
      for (const value& each : *list) {
        result.push_back(moved(each, prefix));
      }
      return result;
    }
    const object* members = schema.if_object();
    if (members == nullptr) {
      return schema;
    }
    object result;
    for (const auto& [key, each] : *members) {
      const bool is_own =
          key == "$schema" || key == "$id" ||
          std::ranges::find(definition_keys, std::string_view(key)) != definition_keys.end();
      if (key == "$ref" && each.is_string()) {
        if (const auto name = definition_of(each.get_string()); !name.empty()) {
          result[key] = "#/components/schemas/" + std::string(prefix) + component_name(name);
        }
      } else if (!is_own || !each.is_string()) {
        if (std::ranges::find(definition_keys, std::string_view(key)) == definition_keys.end()) {
          result[key] = moved(each, prefix);
        }
      }
    }
    return result;
  }

  [[nodiscard]] object take() { return std::move(schemas_); }

 private:
  std::set<std::string, std::less<>> prefixes_;
  object schemas_;
};

// What is known about a function; schemas with their references moved.
struct Facts {
  value description;
  object request;  // its `properties`, of a whole request; otherwise empty
  value body;      // null: no schema
  value answer_body;
};

class Document {
 public:
  explicit Document(std::string_view functions_json) {
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = base::limits::json_depth_max + 8;
    value tree = boost::json::parse(functions_json, error, {}, options);
    const object* members = error ? nullptr : tree.if_object();
    const value* list = members == nullptr ? nullptr : members->if_contains("functions");
    if (list != nullptr && list->is_array()) {
      for (const value& row : list->get_array()) {
        const object* function = row.if_object();
        const value* id = function == nullptr ? nullptr : function->if_contains("function_id");
        if (id != nullptr && id->is_string()) {
          rows_.emplace(std::string(id->get_string()), *function);
        }
      }
    }
  }

  void add(const Route& route) {
    const Facts& facts = facts_of(route.function_id);
    object operation{{"operationId", operation_id(route.function_id)}};
    if (const std::size_t end = route.function_id.find("::"); end != std::string::npos) {
      operation["tags"] = array{route.function_id.substr(0, end)};
      tags_.insert(route.function_id.substr(0, end));
    }
    if (!facts.description.is_null()) {
      operation["description"] = facts.description;
    }
    if (array parameters = parameters_of(route, facts); !parameters.empty()) {
      operation["parameters"] = std::move(parameters);
    }
    const bool takes_body = route.method != http::Method::get &&
                            route.method != http::Method::head &&
                            route.method != http::Method::options;
    if (takes_body && !facts.body.is_null()) {
      operation["requestBody"] =
          object{{"required", route.validates_request}, {"content", json_content(facts.body)}};
    }
    object answer{{"description", "The function's answer."}};
    if (!facts.answer_body.is_null()) {
      answer["content"] = json_content(facts.answer_body);
    }
    const object error{{"$ref", "#/components/responses/Error"}};
    operation["responses"] = object{{"200", std::move(answer)}, {"default", error}};
    value& item = paths_[openapi_path(route.path)];
    if (!item.is_object()) {
      item = object{};
    }
    item.get_object()[base::lowered(to_string(route.method))] = std::move(operation);
  }

  [[nodiscard]] std::string text(const OpenapiInfo& info) {
    array tags;
    for (const std::string& name : tags_) {
      tags.push_back(object{{"name", name}});
    }
    const value error_schema = boost::json::parse(
        R"({"description":"An error.","content":{"application/json":{"schema":{"type":"object",)"
        R"("properties":{"error":{"type":"object","properties":{"code":{"type":"string"},)"
        R"("message":{"type":"string"},"error_id":{"type":"string"}}}}}}}})"
    );
    return boost::json::serialize(object{
        {"openapi", "3.1.0"},
        {"info", object{{"title", info.title}, {"version", info.version}}},
        {"tags", std::move(tags)},
        {"paths", std::move(paths_)},
        {"components",
         object{{"schemas", components_.take()}, {"responses", object{{"Error", error_schema}}}}}
    });
  }

 private:
  static object json_content(const value& schema) {
    return {{"application/json", object{{"schema", schema}}}};
  }

  // Each is used once in a document.
  std::string operation_id(const std::string& function_id) {
    const std::size_t count = ++operations_[function_id];
    return count == 1 ? function_id : function_id + "#" + std::to_string(count);
  }

  const Facts& facts_of(const std::string& function_id) {
    const auto [found, is_new] = facts_.try_emplace(function_id);
    const auto row = rows_.find(function_id);
    if (is_new && row != rows_.end()) {
      found->second = facts_of_row(function_id, row->second);
    }
    return found->second;
  }

  Facts facts_of_row(const std::string& function_id, const object& row) {
    Facts facts;
    if (const value* description = row.if_contains("description")) {
      facts.description = *description;
    }
    if (const object* request = object_at(&row, "request_format")) {
      const std::string prefix = components_.prefix_of(function_id);
      components_.add_definitions(*request, prefix);
      const object* schema = BodySchema::schema_of_request(row.at("request_format"));
      if (schema != nullptr) {
        facts.request = Components::moved(schema->at("properties"), prefix).as_object();
        facts.body = facts.request["body"];
      } else {
        facts.body = Components::moved(*request, prefix);
      }
    }
    const object* response = object_at(&row, "response_format");
    const object* properties = object_at(response, "properties");
    if (properties != nullptr && properties->contains("body")) {
      const std::string prefix = components_.prefix_of(function_id + ".response");
      components_.add_definitions(*response, prefix);
      facts.answer_body = Components::moved(properties->at("body"), prefix);
    }
    return facts;
  }

  static array parameters_of(const Route& route, const Facts& facts) {
    array parameters;
    const auto add =
        [&](std::string_view name, std::string_view place, bool is_required, const value* schema) {
          const value text = object{{"type", "string"}};
          parameters.push_back(object{
              {"name", name},
              {"in", place},
              {"required", is_required},
              {"schema", schema == nullptr ? text : *schema}
          });
        };
    const object* of_path = object_at(object_at(&facts.request, "path_params"), "properties");
    const std::string path = openapi_path(route.path);
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
      const std::string name = path.substr(at + 1, path.find('}', at) - at - 1);
      add(name, "path", true, of_path == nullptr ? nullptr : of_path->if_contains(name));
    }
    for (const auto& [member, place] :
         {std::pair("query_params", "query"), std::pair("headers", "header")}) {
      const object* holder = object_at(&facts.request, member);
      const object* properties = object_at(holder, "properties");
      if (properties == nullptr) {
        continue;
      }
      const value* required = holder->if_contains("required");
      for (const auto& [name, schema] : *properties) {
        const bool is_required =
            required != nullptr && required->is_array() &&
            std::ranges::find(required->get_array(), value(name)) != required->get_array().end();
        add(name, place, is_required, &schema);
      }
    }
    return parameters;
  }

  std::map<std::string, object, std::less<>> rows_;
  std::map<std::string, Facts, std::less<>> facts_;
  std::map<std::string, std::size_t, std::less<>> operations_;
  std::set<std::string> tags_;
  Components components_;
  object paths_;
};

}  // namespace

std::string openapi_path(std::string_view route_path) {
  std::string path;
  while (!route_path.empty()) {
    const std::size_t end = std::min(route_path.find('/'), route_path.size());
    std::string_view segment = route_path.substr(0, end);
    if (segment.starts_with(':')) {
      segment.remove_prefix(segment.starts_with(":*") ? 2 : 1);
      path.append("{").append(segment).append("}");
    } else if (segment.starts_with("{*")) {
      path.append("{").append(segment.substr(2));
    } else {
      path.append(segment);
    }
    route_path.remove_prefix(end);
    if (!route_path.empty()) {
      path += '/';
      route_path.remove_prefix(1);
    }
  }
  return path.starts_with('/') ? path : "/" + path;
}

std::string openapi_document(
    const OpenapiInfo& info, const RouteTable& routes, std::string_view functions_json
) {
  Document document(functions_json);
  routes.visit([&](const Route& route) {
    if (route.service == Service::function) {
      document.add(route);
    }
  });
  return document.text(info);
}

}  // namespace iii::workers::http_worker
