// The body schemas of functions whose routes ask for checks. What a function takes is asked of the
// engine, kept compiled, and asked for again once it is old. Pure.
#pragma once

#include "base/time.hpp"
#include "workers/http/body_schema.hpp"

#include <iii/engine_error.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

class FunctionSchemas {
 public:
  // Without a schema every body fits.
  using Schema = std::optional<EngineResult<BodySchema>>;

  // The result of engine::functions::info.
  void learn(std::string_view function_id, std::string_view info_json, base::MonotonicTime now);
  // Lives until the next call of learn(). null: not known, or not any more.
  [[nodiscard]] const Schema* find(std::string_view function_id, base::MonotonicTime now) const;

 private:
  struct Entry {
    std::string text;
    Schema schema;
    base::MonotonicTime asked_at;
  };

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace iii::workers::http_worker
