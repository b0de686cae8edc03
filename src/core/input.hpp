// Reads the input of an engine function member by member and remembers the first thing that does
// not fit (spec: engine-core §5): unknown members are ignored, null equals absent, an array stands
// for the members in their declared order.
#pragma once

#include "protocol/error_body.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace iii::core {

class Input {
 public:
  Input(const boost::json::value& value, std::span<const std::string_view> members);

  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::string required_text(std::string_view name);
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t max);
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view name);
  // null: absent. Also for members that may be any JSON value, where null and absent differ.
  [[nodiscard]] const boost::json::value* any(std::string_view name) const;
  [[nodiscard]] const boost::json::object* object(std::string_view name);

  // Whether everything read so far fitted; if not, the error for the caller.
  [[nodiscard]] std::optional<protocol::ErrorBody> error(std::string_view function_id) const;

 private:
  // A present member that is not null.
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;
  void refuse(std::string_view name, std::string_view expectation);

  boost::json::object from_array_;
  const boost::json::object* members_ = nullptr;
  std::string problem_;
};

}  // namespace iii::core
