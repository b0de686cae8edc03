// What the engine library refuses, and why: EngineResult<T> and EngineStatus are Result<T, E> and
// its counterpart without a value (result.hpp), with an EngineError inside.
//
// Programs compare `error().code`, people read `error().message`, which names the thing that was
// refused. Errors of functions are not among these: they travel as FunctionError (engine.hpp).
#pragma once

#include <iii/result.hpp>

#include <string>
#include <string_view>

namespace iii::inline v0 {

enum class EngineErrorCode {
  invalid_argument,   // the caller passed something that can never work
  invalid_config,     // a configuration file, key or value was refused
  invalid_message,    // a peer sent something that cannot be understood
  not_found,          // the named thing does not exist
  already_exists,     // the name is taken
  limit_exceeded,     // a documented limit was reached
  address_in_use,     // another process listens there
  permission_denied,  // the operating system refused access
  io_error,           // the operating system reported another failure
  closed,             // the connection or engine has been stopped
  timed_out,          // no answer within the time allowed
  invocation_failed,  // the function answered with an error
};

// The name of a code as it appears in logs, for example "invalid_config".
[[nodiscard]] std::string_view to_string(EngineErrorCode code) noexcept;

struct EngineError {
  EngineErrorCode code = EngineErrorCode::invalid_argument;
  std::string message;  // one sentence that names the thing and, where it helps, says what to do

  friend bool operator==(const EngineError&, const EngineError&) = default;
};

template <class T>
using EngineResult = Result<T, EngineError>;

using EngineStatus = Result<void, EngineError>;

}  // namespace iii::inline v0
