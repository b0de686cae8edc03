#include "base/limits.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>

namespace iii::inline v0 {

Result<Json> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max;
  boost::json::error_code refusal;
  Json value = boost::json::parse(text, refusal, {}, options);
  if (refusal) {
    return Error::serde("not JSON: " + refusal.message());
  }
  return value;
}

std::string serialize(const Json& value) {
  return boost::json::serialize(value);
}

}  // namespace iii::inline v0
