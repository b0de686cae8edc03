// How a call ended, on its way from the conversation to whoever waits. The result is still text:
// who waits parses it, not the I/O thread.
#pragma once

#include "protocol/error_body.hpp"
#include "sdk/effects.hpp"
#include "sdk/telemetry/user_span.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <functional>
#include <optional>
#include <string>

namespace iii::sdk {

struct CallEnd {
  EndCall::How how = EndCall::How::not_connected;
  std::string result_json = {};
  std::optional<protocol::ErrorBody> error = {};
  std::optional<Rejection> rejection = {};
  std::string reason = {};  // see EndCall
  // Ended because there was no room to wait in.
  bool was_full = false;
};

// Runs on the I/O thread, or before the call that was given it returns. Must be quick and not
// throw.
using Completion = std::function<void(CallEnd end)>;

[[nodiscard]] Result<Json> result_of(CallEnd end);

// What a try_… function makes of an exception. Precondition: inside a catch block.
[[nodiscard]] Error current_error();
// The body of an exception: that of an Error as it is, `invocation_failed` for everything else
// (spec: sdk §6.6).
[[nodiscard]] protocol::ErrorBody error_body(const Error& error);
// Precondition: inside a catch block.
[[nodiscard]] protocol::ErrorBody current_error_body();

// What a span says of it.
[[nodiscard]] telemetry::UserSpan::Failure failure_of(const protocol::ErrorBody& error);

}  // namespace iii::sdk
