#include "sdk/call_end.hpp"

#include "protocol/error_body.hpp"
#include "sdk/effects.hpp"
#include "sdk/telemetry/user_span.hpp"

#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace iii::sdk {

namespace {

constexpr const char* invocation_failed = "invocation_failed";

}  // namespace

Result<Json> result_of(CallEnd end) {
  switch (end.how) {
    case EndCall::How::result:
      return parse_json(end.result_json);
    case EndCall::How::remote_error:
      if (end.error) {
        return Error::remote(
            std::move(end.error->code),
            std::move(end.error->message),
            std::move(end.error->stacktrace)
        );
      }
      return Error::remote("UNKNOWN", "");
    case EndCall::How::timeout:
      return Error::timeout(end.reason);
    case EndCall::How::rejected:
      return end.rejection ? Error::registration_rejected(*std::move(end.rejection))
                           : Error::not_connected(end.reason);
    case EndCall::How::cancelled:
      return Error::cancelled();
    case EndCall::How::not_connected:
      break;
  }
  return Error::not_connected(end.reason);
}

Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& exception) {
    return Error::handler(exception.what());
  } catch (...) {
    return Error::handler("unknown exception");
  }
}

protocol::ErrorBody error_body(const Error& error) {
  return {error.code(), error.wire_message(), error.stacktrace()};
}

telemetry::UserSpan::Failure failure_of(const protocol::ErrorBody& error) {
  // The wire's name for every exception without a code of its own.
  const bool is_nameless = error.code == invocation_failed;
  return {
      .type = is_nameless ? "InvocationError" : error.code,
      .message = error.message,
      .stacktrace = error.stacktrace.value_or(""),
  };
}

protocol::ErrorBody current_error_body() {
  try {
    throw;
  } catch (const Error& error) {
    return error_body(error);
  } catch (const std::exception& exception) {
    return {invocation_failed, exception.what(), std::nullopt};
  } catch (...) {
    return {invocation_failed, "unknown exception", std::nullopt};
  }
}

}  // namespace iii::sdk
