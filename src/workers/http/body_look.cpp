#include "workers/http/body_look.hpp"

#include "base/limits.hpp"
#include "workers/http/body_schema.hpp"
#include "workers/http/schema_members.hpp"

#include <boost/json/array.hpp>
#include <boost/json/kind.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

// Of what is told of an enumeration, and of a constant.
constexpr std::size_t enum_bytes_max = 200;
constexpr std::size_t const_bytes_max = 100;

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

std::string text_of_number(double number) {
  return boost::json::serialize(
      std::floor(number) == number && std::abs(number) < 1e15
          ? value(static_cast<std::int64_t>(number))
          : value(number)
  );
}

}  // namespace

// --- Misfits ---

bool BodyLook::refuse(const Reason& reason) {
  if (silent_depth_ == 0 && spend_text(pointer_.size())) {
    misfit_pointer_ = pointer_;
    misfit_reason_ = reason;
  }
  return false;
}

bool BodyLook::refuse_number(std::string_view text, double number, std::string_view unit) {
  return refuse({.text = text, .shown = Reason::Shown::number, .number = number, .unit = unit});
}

bool BodyLook::spend(std::size_t steps) {
  is_exhausted_ = is_exhausted_ || steps > steps_left_;
  steps_left_ -= is_exhausted_ ? 0 : steps;
  return !is_exhausted_;
}

bool BodyLook::spend_text(std::size_t bytes) {
  constexpr std::size_t bytes_a_step = 64;
  return spend(bytes / bytes_a_step);
}

BodySchema::Misfit BodyLook::misfit() const {
  return is_exhausted_ ? BodySchema::Misfit{"", "is too large to be checked"}
                       : BodySchema::Misfit{misfit_pointer_, text_of(misfit_reason_)};
}

std::string BodyLook::text_of(const Reason& reason) {
  std::string text(reason.text);
  switch (reason.shown) {
    case Reason::Shown::nothing:
      break;
    case Reason::Shown::types:
      if (const auto* name = reason.value_view->if_string()) {
        text.append(*name);
        break;
      }
      for (const value& each : reason.value_view->get_array()) {
        text.append(&each == reason.value_view->get_array().begin() ? "" : " or ");
        text.append(each.is_string() ? std::string_view(each.get_string()) : std::string_view("?"));
      }
      break;
    case Reason::Shown::json:
      text.append(boost::json::serialize(*reason.value_view).substr(0, reason.bytes_max));
      break;
    case Reason::Shown::number:
      text.append(text_of_number(reason.number));
      break;
    case Reason::Shown::name:
      text.append("'").append(reason.value_view->get_string()).append("'");
      break;
  }
  return text.append(reason.unit.empty() ? "" : " ").append(reason.unit);
}

// --- The look ---

bool BodyLook::fits(const value& schema, const value& it) {
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

bool BodyLook::fits_object_schema(const object& schema, const value& it) {
  if (const value* reference = member(schema, "$ref");
      reference != nullptr && reference->is_string()) {
    const value* target = referred(root_view_, reference->get_string());
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

bool BodyLook::fits_type(const object& schema, const value& it) {
  const value* type = member(schema, "type");
  if (type == nullptr) {
    return true;
  }
  const Reason of_type{
      .text = "must be of type ", .shown = Reason::Shown::types, .value_view = type
  };
  if (const auto* name = type->if_string()) {
    return has_type(it, *name) || refuse(of_type);
  }
  const array* names = type->if_array();
  if (names == nullptr) {
    return true;
  }
  const auto is_its = [&](const value& each) {
    return each.is_string() && has_type(it, each.get_string());
  };
  return spend(names->size()) && (std::ranges::any_of(*names, is_its) || refuse(of_type));
}

bool BodyLook::fits_values(const object& schema, const value& it) {
  if (const value* wanted = member(schema, "const"); wanted != nullptr && !equals(*wanted, it)) {
    return refuse(
        {.text = "must be ",
         .shown = Reason::Shown::json,
         .value_view = wanted,
         .bytes_max = const_bytes_max}
    );
  }
  const value* list = member(schema, "enum");
  const array* allowed = list == nullptr ? nullptr : list->if_array();
  if (allowed == nullptr) {
    return true;
  }
  const bool is_one = spend(allowed->size()) &&
                      std::ranges::any_of(*allowed, [&](const value& v) { return equals(v, it); });
  return is_one || refuse(
                       {.text = "must be one of ",
                        .shown = Reason::Shown::json,
                        .value_view = list,
                        .bytes_max = enum_bytes_max}
                   );
}

bool BodyLook::fits_number(const object& schema, const value& it) {
  if (!it.is_number()) {
    return true;
  }
  const double number = it.to_number<double>();
  if (const auto min = number_member(schema, "minimum"); min && number < *min) {
    return refuse_number("must be at least ", *min);
  }
  if (const auto max = number_member(schema, "maximum"); max && number > *max) {
    return refuse_number("must be at most ", *max);
  }
  if (const auto min = number_member(schema, "exclusiveMinimum"); min && number <= *min) {
    return refuse_number("must be more than ", *min);
  }
  if (const auto max = number_member(schema, "exclusiveMaximum"); max && number >= *max) {
    return refuse_number("must be less than ", *max);
  }
  const double step = number_member(schema, "multipleOf").value_or(0);
  const double times = step > 0 ? number / step : 0;
  // 0.3 is a multiple of 0.1, whatever doubles say.
  return std::abs(times - std::round(times)) <= 1e-9 * std::max(1.0, std::abs(times)) ||
         refuse_number("must be a multiple of ", step);
}

bool BodyLook::is_within(
    const object& schema,
    std::string_view min_key,
    std::string_view max_key,
    std::size_t count,
    std::string_view unit
) {
  const auto number = static_cast<double>(count);
  if (const auto min = number_member(schema, min_key); min && number < *min) {
    return refuse_number("must have at least ", *min, unit);
  }
  if (const auto max = number_member(schema, max_key); max && number > *max) {
    return refuse_number("must have at most ", *max, unit);
  }
  return true;
}

bool BodyLook::fits_text(const object& schema, const value& it) {
  const auto* text = it.if_string();
  const bool has_bounds = schema.contains("minLength") || schema.contains("maxLength");
  if (text == nullptr || !has_bounds) {
    return true;
  }
  return spend_text(text->size()) &&
         is_within(schema, "minLength", "maxLength", characters_of(*text), "characters");
}

bool BodyLook::fits_array(const object& schema, const array& items) {
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

bool BodyLook::fits_items(const object& schema, const array& items) {
  const array* first = array_member(schema, "prefixItems");
  const value* rest = member(schema, "items");
  if (!spend(items.size())) {
    return false;
  }
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

bool BodyLook::fits_object(const object& schema, const object& members) {
  if (!is_within(schema, "minProperties", "maxProperties", members.size(), "members")) {
    return false;
  }
  if (const array* required = array_member(schema, "required")) {
    for (const value& name : *required) {
      const auto* text = name.if_string();
      if (!spend(1) || !spend_text(text == nullptr ? 0 : text->size())) {
        return false;
      }
      if (text != nullptr && !members.contains(*text)) {
        return refuse(
            {.text = "lacks the member ", .shown = Reason::Shown::name, .value_view = &name}
        );
      }
    }
  }
  return fits_members(schema, members);
}

bool BodyLook::fits_members(const object& schema, const object& members) {
  if (!spend(members.size())) {
    return false;
  }
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

bool BodyLook::fits_below(std::string_view name, const value& schema, const value& it) {
  if (!spend_text(name.size())) {
    return false;
  }
  const std::size_t length = pointer_.size();
  pointer_ += '/';
  for (const char c : name) {
    pointer_.append(c == '~' ? "~0" : c == '/' ? "~1" : std::string_view(&c, 1));
  }
  const bool result = fits(schema, it);
  pointer_.resize(length);
  return result;
}

bool BodyLook::fits_silently(const value& schema, const value& it) {
  ++silent_depth_;
  const bool result = fits(schema, it);
  --silent_depth_;
  return result;
}

std::size_t BodyLook::count_fitting(const array& schemas, const value& it) {
  std::size_t count = 0;
  std::string deepest_pointer;
  Reason deepest_reason;
  for (const value& schema : schemas) {
    if (is_exhausted_) {
      return 0;
    }
    if (fits(schema, it)) {
      ++count;
    } else if (misfit_pointer_.size() > deepest_pointer.size()) {
      deepest_pointer.swap(misfit_pointer_);
      deepest_reason = misfit_reason_;
    }
    misfit_pointer_.clear();
  }
  misfit_pointer_ = std::move(deepest_pointer);
  misfit_reason_ = deepest_reason;
  return count;
}

bool BodyLook::fits_combination(const object& schema, const value& it) {
  if (const array* all = array_member(schema, "allOf")) {
    for (const value& each : *all) {
      if (!fits(each, it)) {
        return false;
      }
    }
  }
  if (const array* any = array_member(schema, "anyOf"); any != nullptr && !any->empty()) {
    if (count_fitting(*any, it) == 0) {
      return misfit_pointer_.size() > pointer_.size() ? false
                                                      : refuse("fits none of the alternatives");
    }
  }
  if (const array* one = array_member(schema, "oneOf"); one != nullptr && !one->empty()) {
    const std::size_t count = count_fitting(*one, it);
    if (count > 1) {
      return refuse("fits more than one of the alternatives");
    }
    if (count == 0) {
      return misfit_pointer_.size() > pointer_.size() ? false
                                                      : refuse("fits none of the alternatives");
    }
  }
  const value* forbidden = member(schema, "not");
  return forbidden == nullptr || !fits_silently(*forbidden, it) || refuse("is what `not` excludes");
}

bool BodyLook::fits_condition(const object& schema, const value& it) {
  const value* condition = member(schema, "if");
  if (condition == nullptr) {
    return true;
  }
  const value* then = member(schema, fits_silently(*condition, it) ? "then" : "else");
  return then == nullptr || fits(*then, it);
}

}  // namespace iii::workers::http_worker
