#include "workers/http/body_schema.hpp"

#include "base/form_text.hpp"
#include "base/limits.hpp"

#include <iii/engine_error.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace iii::workers::http_worker {

namespace limits = base::limits;
using boost::json::array;
using boost::json::object;
using boost::json::value;

namespace {

EngineError unusable(std::string message) {
  return {EngineErrorCode::invalid_argument, std::move(message)};
}

const value* member(const object& schema, std::string_view key) {
  return schema.if_contains(key);
}

const object* object_member(const object& schema, std::string_view key) {
  const value* found = member(schema, key);
  return found == nullptr ? nullptr : found->if_object();
}

const array* array_member(const object& schema, std::string_view key) {
  const value* found = member(schema, key);
  return found == nullptr ? nullptr : found->if_array();
}

std::optional<double> number_member(const object& schema, std::string_view key) {
  const value* found = member(schema, key);
  return found != nullptr && found->is_number() ? std::optional(found->to_number<double>())
                                                : std::nullopt;
}

// What `#/definitions/Name` names; null: nothing.
const value* referred(const value& root, std::string_view reference) {
  if (!reference.starts_with('#')) {
    return nullptr;
  }
  boost::json::error_code error;
  const std::string_view pointer = reference.substr(1);
  const value* found = root.find_pointer(pointer, error);
  return found != nullptr ? found : root.find_pointer(base::decode_form_text(pointer), error);
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

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool is_whole(const value& number) {
  const double* real = number.if_double();
  return real == nullptr || std::floor(*real) == *real;
}

bool has_type(const value& it, std::string_view type) {
  switch (it.kind()) {
    case boost::json::kind::null:
      return type == "null";
    case boost::json::kind::bool_:
      return type == "boolean";
    case boost::json::kind::string:
      return type == "string";
    case boost::json::kind::array:
      return type == "array";
    case boost::json::kind::object:
      return type == "object";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return type == "number" || (type == "integer" && is_whole(it));
  }
  return false;
}

bool equals(const value& left, const value& right) {
  const bool are_numbers = left.is_number() && right.is_number();
  return are_numbers && (left.is_double() || right.is_double())
             ? left.to_number<double>() == right.to_number<double>()
             : left == right;
}

std::string text_of(double number) {
  return boost::json::serialize(
      std::floor(number) == number && std::abs(number) < 1e15
          ? value(static_cast<std::int64_t>(number))
          : value(number)
  );
}

// One look at a body. Every step is counted, so that neither a schema nor a body decides how long
// the engine is busy.
class Look {
 public:
  explicit Look(const value& root) : root_(root) {}

  bool fits(const value& schema, const value& it);
  [[nodiscard]] BodySchema::Misfit misfit() && {
    return is_exhausted_ ? BodySchema::Misfit{"", "is too large to be checked"}
                         : std::move(misfit_);
  }

 private:
  bool fits_object_schema(const object& schema, const value& it);
  bool fits_type(const object& schema, const value& it);
  bool fits_values(const object& schema, const value& it);
  bool fits_number(const object& schema, const value& it);
  bool fits_text(const object& schema, const value& it);
  bool fits_array(const object& schema, const array& items);
  bool fits_items(const object& schema, const array& items);
  bool fits_object(const object& schema, const object& members);
  bool fits_members(const object& schema, const object& members);
  bool fits_combination(const object& schema, const value& it);
  bool fits_condition(const object& schema, const value& it);
  // How many of the schemas the value fits; `misfit_` is the one of the branch that went deepest.
  std::size_t count_fitting(const array& schemas, const value& it);
  bool fits_silently(const value& schema, const value& it);
  bool fits_below(std::string_view name, const value& schema, const value& it);

  bool refuse(std::string reason) {
    misfit_ = {pointer_, std::move(reason)};
    return false;
  }
  // Bounds in counts: minLength and its kin.
  bool is_within(
      const object& schema,
      std::string_view min_key,
      std::string_view max_key,
      std::size_t count,
      std::string_view unit
  );
  bool spend(std::size_t steps) {
    is_exhausted_ = is_exhausted_ || steps > steps_left_;
    steps_left_ -= is_exhausted_ ? 0 : steps;
    return !is_exhausted_;
  }

  const value& root_;
  std::string pointer_;
  BodySchema::Misfit misfit_;
  std::size_t steps_left_ = limits::http_schema_steps_max;
  std::size_t depth_ = 0;
  bool is_exhausted_ = false;
};

bool Look::fits(const value& schema, const value& it) {
  if (!spend(1) || depth_ == limits::http_schema_depth_max) {
    is_exhausted_ = true;
    return false;
  }
  if (const bool* anything = schema.if_bool()) {
    return *anything || refuse("is not allowed");
  }
  const object* members = schema.if_object();
  if (members == nullptr) {
    return true;
  }
  ++depth_;
  const bool result = fits_object_schema(*members, it);
  --depth_;
  return result && !is_exhausted_;  // also inside of a `not`
}

bool Look::fits_object_schema(const object& schema, const value& it) {
  if (const value* reference = member(schema, "$ref");
      reference != nullptr && reference->is_string()) {
    const value* target = referred(root_, reference->get_string());
    if (target == nullptr || !fits(*target, it)) {
      return target != nullptr ? false : refuse("cannot be checked");
    }
  }
  const array* items = it.if_array();
  const object* members = it.if_object();
  return fits_type(schema, it) && fits_values(schema, it) && fits_number(schema, it) &&
         fits_text(schema, it) && (items == nullptr || fits_array(schema, *items)) &&
         (members == nullptr || fits_object(schema, *members)) && fits_combination(schema, it) &&
         fits_condition(schema, it);
}

bool Look::fits_type(const object& schema, const value& it) {
  const value* type = member(schema, "type");
  if (type == nullptr) {
    return true;
  }
  if (const auto* name = type->if_string()) {
    return has_type(it, *name) || refuse("must be of type " + std::string(*name));
  }
  const array* names = type->if_array();
  if (names == nullptr) {
    return true;
  }
  std::string all;
  for (const value& each : *names) {
    if (each.is_string() && has_type(it, each.get_string())) {
      return true;
    }
    all.append(all.empty() ? "" : " or ");
    all.append(each.is_string() ? std::string_view(each.get_string()) : std::string_view("?"));
  }
  return refuse("must be of type " + all);
}

bool Look::fits_values(const object& schema, const value& it) {
  if (const value* wanted = member(schema, "const"); wanted != nullptr && !equals(*wanted, it)) {
    return refuse("must be " + boost::json::serialize(*wanted).substr(0, 100));
  }
  const array* allowed = array_member(schema, "enum");
  if (allowed == nullptr) {
    return true;
  }
  const bool is_one = spend(allowed->size()) &&
                      std::ranges::any_of(*allowed, [&](const value& v) { return equals(v, it); });
  return is_one || refuse("must be one of " + boost::json::serialize(*allowed).substr(0, 200));
}

bool Look::fits_number(const object& schema, const value& it) {
  if (!it.is_number()) {
    return true;
  }
  const double number = it.to_number<double>();
  if (const auto min = number_member(schema, "minimum"); min && number < *min) {
    return refuse("must be at least " + text_of(*min));
  }
  if (const auto max = number_member(schema, "maximum"); max && number > *max) {
    return refuse("must be at most " + text_of(*max));
  }
  if (const auto min = number_member(schema, "exclusiveMinimum"); min && number <= *min) {
    return refuse("must be more than " + text_of(*min));
  }
  if (const auto max = number_member(schema, "exclusiveMaximum"); max && number >= *max) {
    return refuse("must be less than " + text_of(*max));
  }
  const double step = number_member(schema, "multipleOf").value_or(0);
  const double times = step > 0 ? number / step : 0;
  // 0.3 is a multiple of 0.1, whatever doubles say.
  return std::abs(times - std::round(times)) <= 1e-9 * std::max(1.0, std::abs(times)) ||
         refuse("must be a multiple of " + text_of(step));
}

bool Look::is_within(
    const object& schema,
    std::string_view min_key,
    std::string_view max_key,
    std::size_t count,
    std::string_view unit
) {
  const auto number = static_cast<double>(count);
  if (const auto min = number_member(schema, min_key); min && number < *min) {
    return refuse("must have at least " + text_of(*min) + " " + std::string(unit));
  }
  if (const auto max = number_member(schema, max_key); max && number > *max) {
    return refuse("must have at most " + text_of(*max) + " " + std::string(unit));
  }
  return true;
}

bool Look::fits_text(const object& schema, const value& it) {
  const auto* text = it.if_string();
  const bool has_bounds = schema.contains("minLength") || schema.contains("maxLength");
  if (text == nullptr || !has_bounds) {
    return true;
  }
  constexpr std::size_t bytes_a_step = 64;
  return spend(text->size() / bytes_a_step) &&
         is_within(schema, "minLength", "maxLength", characters_of(*text), "characters");
}

bool Look::fits_array(const object& schema, const array& items) {
  if (!is_within(schema, "minItems", "maxItems", items.size(), "items")) {
    return false;
  }
  if (const value* unique = member(schema, "uniqueItems"); unique != nullptr && *unique == true) {
    std::unordered_set<std::string> seen;
    for (const value& item : items) {
      std::string text = boost::json::serialize(item);
      if (!spend(1 + text.size() / 8)) {
        return false;
      }
      if (!seen.insert(std::move(text)).second) {
        return refuse("must not have an item twice");
      }
    }
  }
  const value* wanted = member(schema, "contains");
  const auto is_wanted = [&](const value& item) { return fits_silently(*wanted, item); };
  if (wanted != nullptr && std::ranges::none_of(items, is_wanted)) {
    return refuse("must have an item that fits `contains`");
  }
  return fits_items(schema, items);
}

bool Look::fits_items(const object& schema, const array& items) {
  const array* first = array_member(schema, "prefixItems");
  const value* rest = member(schema, "items");
  if (first == nullptr && rest != nullptr && rest->is_array()) {
    first = rest->if_array();
    rest = member(schema, "additionalItems");
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool is_first = first != nullptr && i < first->size();
    const value* each = is_first ? &(*first)[i] : rest;
    if (each != nullptr && !fits_below(std::to_string(i), *each, items[i])) {
      return false;
    }
  }
  return true;
}

bool Look::fits_object(const object& schema, const object& members) {
  if (!is_within(schema, "minProperties", "maxProperties", members.size(), "members")) {
    return false;
  }
  if (const array* required = array_member(schema, "required")) {
    for (const value& name : *required) {
      if (!spend(1)) {
        return false;
      }
      if (name.is_string() && !members.contains(name.get_string())) {
        return refuse("lacks the member '" + std::string(name.get_string()) + "'");
      }
    }
  }
  return fits_members(schema, members);
}

bool Look::fits_members(const object& schema, const object& members) {
  const object* properties = object_member(schema, "properties");
  const value* names = member(schema, "propertyNames");
  // Which of the others a pattern names is not looked at.
  const value* others =
      schema.contains("patternProperties") ? nullptr : member(schema, "additionalProperties");
  for (const auto& [key, it] : members) {
    const value* known = properties == nullptr ? nullptr : member(*properties, key);
    const value* each = known != nullptr ? known : others;
    if (names != nullptr && !fits_below(key, *names, value(key))) {
      return false;
    }
    if (each != nullptr && !fits_below(key, *each, it)) {
      return false;
    }
  }
  return true;
}

bool Look::fits_below(std::string_view name, const value& schema, const value& it) {
  const std::size_t length = pointer_.size();
  pointer_ += '/';
  for (const char c : name) {
    pointer_.append(c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1));
  }
  const bool result = fits(schema, it);
  pointer_.resize(length);
  return result;
}

bool Look::fits_silently(const value& schema, const value& it) {
  BodySchema::Misfit before = misfit_;
  const bool result = fits(schema, it);
  misfit_ = std::move(before);
  return result;
}

std::size_t Look::count_fitting(const array& schemas, const value& it) {
  std::size_t count = 0;
  BodySchema::Misfit deepest;
  for (const value& schema : schemas) {
    if (is_exhausted_) {
      return 0;
    }
    if (fits(schema, it)) {
      ++count;
    } else if (misfit_.pointer.size() > deepest.pointer.size()) {
      deepest = misfit_;
    }
  }
  misfit_ = std::move(deepest);
  return count;
}

bool Look::fits_combination(const object& schema, const value& it) {
  if (const array* all = array_member(schema, "allOf")) {
    for (const value& each : *all) {
      if (!fits(each, it)) {
        return false;
      }
    }
  }
  if (const array* any = array_member(schema, "anyOf"); any != nullptr && !any->empty()) {
    if (count_fitting(*any, it) == 0) {
      return misfit_.pointer.size() > pointer_.size() ? false
                                                      : refuse("fits none of the alternatives");
    }
  }
  if (const array* one = array_member(schema, "oneOf"); one != nullptr && !one->empty()) {
    const std::size_t count = count_fitting(*one, it);
    if (count > 1) {
      return refuse("fits more than one of the alternatives");
    }
    if (count == 0) {
      return misfit_.pointer.size() > pointer_.size() ? false
                                                      : refuse("fits none of the alternatives");
    }
  }
  const value* forbidden = member(schema, "not");
  return forbidden == nullptr || !fits_silently(*forbidden, it) || refuse("is what `not` excludes");
}

bool Look::fits_condition(const object& schema, const value& it) {
  const value* condition = member(schema, "if");
  if (condition == nullptr) {
    return true;
  }
  const value* then = member(schema, fits_silently(*condition, it) ? "then" : "else");
  return then == nullptr || fits(*then, it);
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
  Look look(root_);
  if (look.fits(request == nullptr ? root_ : request->at("properties").at("body"), body)) {
    return std::nullopt;
  }
  return std::move(look).misfit();
}

}  // namespace iii::workers::http_worker
