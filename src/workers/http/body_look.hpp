// One look at the body of a request through the schema of its function. Every step is counted, so
// that neither a schema nor a body decides how long the engine is busy; for the same reason the
// text of a misfit is made once, at the end. Pure.
#pragma once

#include "base/limits.hpp"
#include "workers/http/body_schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

class BodyLook {
 public:
  // Lives as long as the schema, to whose texts it refers.
  explicit BodyLook(const boost::json::value& root_view) : root_view_(root_view) {}

  bool fits(const boost::json::value& schema, const boost::json::value& it);
  // After fits() has said no.
  [[nodiscard]] BodySchema::Misfit misfit() const;

 private:
  using Array = boost::json::array;
  using Object = boost::json::object;
  using Value = boost::json::value;

  // What is told: "must be of type ", and the value of the keyword.
  struct Reason {
    enum class Shown : std::uint8_t { nothing, types, json, number, name };
    std::string_view text;
    Shown shown = Shown::nothing;
    const Value* value_view = nullptr;
    double number = 0;
    std::string_view unit;
    std::size_t bytes_max = SIZE_MAX;  // of JSON
  };

  bool fits_object_schema(const Object& schema, const Value& it);
  bool fits_type(const Object& schema, const Value& it);
  bool fits_values(const Object& schema, const Value& it);
  bool fits_number(const Object& schema, const Value& it);
  bool fits_text(const Object& schema, const Value& it);
  bool fits_array(const Object& schema, const Array& items);
  bool fits_items(const Object& schema, const Array& items);
  bool fits_object(const Object& schema, const Object& members);
  bool fits_members(const Object& schema, const Object& members);
  bool fits_combination(const Object& schema, const Value& it);
  bool fits_condition(const Object& schema, const Value& it);
  // How many of the schemas the value fits; the misfit is the one of the branch that went deepest.
  std::size_t count_fitting(const Array& schemas, const Value& it);
  bool fits_silently(const Value& schema, const Value& it);
  bool fits_below(std::string_view name, const Value& schema, const Value& it);

  // Always false.
  bool refuse(const Reason& reason);
  bool refuse(std::string_view text) { return refuse(Reason{.text = text}); }
  bool refuse_number(std::string_view text, double number, std::string_view unit = {});
  // Bounds in counts: minLength and its kin.
  bool is_within(
      const Object& schema,
      std::string_view min_key,
      std::string_view max_key,
      std::size_t count,
      std::string_view unit
  );
  bool spend(std::size_t steps);
  // Texts are read, hashed and copied much faster than a step goes.
  bool spend_text(std::size_t bytes);
  [[nodiscard]] static std::string text_of(const Reason& reason);

  const Value& root_view_;
  std::string pointer_;
  std::string misfit_pointer_;
  Reason misfit_reason_;
  std::size_t steps_left_ = base::limits::http_schema_steps_max;
  std::size_t depth_ = 0;
  std::size_t silent_depth_ = 0;  // within branches of which only the answer counts
  bool is_exhausted_ = false;
};

}  // namespace iii::workers::http_worker
