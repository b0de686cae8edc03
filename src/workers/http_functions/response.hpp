// What an HTTP response means for the caller of a function (spec: engine-core §13.3). Pure.
#pragma once

#include "protocol/error_body.hpp"
#include "workers/http_functions/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_functions {

// Empty `result_json` without error: no result.
struct Answer {
  std::string result_json;
  std::optional<protocol::ErrorBody> error;
};

[[nodiscard]] Answer answer_of(unsigned status, std::string_view body, Redirects redirects);

}  // namespace iii::workers::http_functions
