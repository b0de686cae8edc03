// The JSON value of the SDK is Boost.JSON's: integers of 64 bits stay apart from doubles, objects
// keep the order of their members. This is the one public header that includes it.
//
//   iii::Json order = {{"item", "tea"}, {"count", 2}};
//   std::string text = iii::serialize(order);
//   iii::Result<iii::Json> back = iii::parse_json(text);
#pragma once

#include <iii/result.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace iii::inline v0 {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;
using JsonString = boost::json::string;

// The value of a JSON text, or an error of kind serde that says what is wrong with it. As deep as
// the engine lets messages nest.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

// The shortest JSON text of the value.
[[nodiscard]] std::string serialize(const Json& value);

}  // namespace iii::inline v0
