// From what a function returns to a response (spec: http §8, §9, §11). Pure.
#pragma once

#include "base/time.hpp"
#include "workers/http/body_schema.hpp"
#include "workers/http/options.hpp"
#include "workers/http/orders.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

struct Answer {
  unsigned status = 200;
  std::string lines;  // "name: value\r\n" for each header, names in lower case
  Body body;          // its own, or part of what the function returned
  // The first header that a function gave and that cannot be sent.
  std::optional<std::string> left_out;
};

// `result_json`: well-formed, and not null. The body may be a part of it.
[[nodiscard]] Answer answer_of_result(std::string_view result_json);
// Of a middleware's `response`.
[[nodiscard]] Answer answer_of_middleware(std::string_view response_json);
// `what` is ready JSON text.
[[nodiscard]] Answer json_answer(unsigned status, std::string what);

// "Name: value" lines of a stream's set_headers message are checked the same way. False: skipped.
bool append_header(std::string_view name, std::string_view value, std::string& lines);

[[nodiscard]] std::string error_id(base::WallTime now);
// A failed call. An empty id is left out.
[[nodiscard]] Answer error_answer(
    unsigned status,
    ErrorStyle style,
    std::string_view code,
    std::string_view message,
    std::string_view id = {}
);
[[nodiscard]] Answer not_found(ErrorStyle style);
[[nodiscard]] Answer condition_not_met(ErrorStyle style);
[[nodiscard]] Answer body_refused(
    ErrorStyle style, std::string_view function_id, const BodySchema::Misfit& misfit
);

}  // namespace iii::workers::http_worker
