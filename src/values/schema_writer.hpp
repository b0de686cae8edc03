// Collects the definitions that a draft-07 schema refers to. A struct or enum is written once,
// under its name; a second type of the same name gets a number behind it. Recursion ends because a
// name is given before the members are looked at.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/json.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {

class SchemaWriter {
 public:
  // The schema of a type wherever it is not the root: named types become references.
  Json schema(const Codec& codec);
  [[nodiscard]] JsonObject take_definitions();

 private:
  Json reference(const Codec& codec, std::string_view wanted_name);

  std::map<const Codec*, std::string, std::less<>> names_;
  std::map<std::string, Json, std::less<>> definitions_;
};

}  // namespace iii::inline v0::detail
