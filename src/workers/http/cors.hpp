// The headers that let pages of other origins read answers (spec: http §13). Pure.
#pragma once

#include "workers/http/options.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

class Cors {
 public:
  explicit Cors(const std::optional<CorsOptions>& options);

  // Whether the answer depends on the request's Origin.
  [[nodiscard]] bool needs_origin() const { return !is_any_origin_; }
  // Adds to an answer's lines, and removes what a function has set in their place.
  void append(std::string_view origin, std::string& lines) const;
  // Of an answer to OPTIONS.
  [[nodiscard]] std::string preflight(std::string_view origin) const;

 private:
  [[nodiscard]] std::string allow_origin(std::string_view origin) const;

  std::optional<CorsOptions> options_;
  bool is_any_origin_ = true;
  std::string fixed_lines_;  // of every answer, without a list of origins
};

}  // namespace iii::workers::http_worker
