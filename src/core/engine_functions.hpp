// The functions that the engine itself serves: engine::functions::list and its kin (spec:
// engine-core §8.2). Each takes a JSON value and returns one at once, or says that the answer comes
// later.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "protocol/error_body.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace iii::core {

class Core;
struct Connection;

struct EngineCall {
  Connection& caller;
  const boost::json::value& input;
  std::optional<base::InvocationId> invocation_id;
  std::string_view traceparent_json;
  std::string_view baggage_json;
  base::Now now;
  Effects& effects;
};

struct AnsweredLater {};
using EngineAnswer = std::variant<boost::json::value, protocol::ErrorBody, AnsweredLater>;

struct EngineFunction {
  std::string_view id;
  std::string_view description;
  std::string_view request_schema;  // JSON Schema, draft 07
  std::string_view response_schema;
  EngineAnswer (*run)(Core& core, const EngineCall& call);
};

// All of them.
[[nodiscard]] std::span<const EngineFunction> engine_functions();

}  // namespace iii::core
