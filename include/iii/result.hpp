// Result<T> and Status: what an operation that may be refused or may fail returns.
//
// Test with `if (!result)`, read the value with `*result`, the refusal with `result.error()`.
// Programs compare `error().code`, people read `error().message`, which names the thing that was
// refused. No function of these types throws except `value()`, which throws `std::runtime_error`
// with the message. Not thread-safe, like any value.
#pragma once

#include <cassert>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace iii {

enum class ErrorCode {
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
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

struct Error {
  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;  // one sentence that names the thing and, where it helps, says what to do

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  // Both implicit, so that a function returns a value or an Error as it stands.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Precondition: has_value().
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }

  // The value, or std::runtime_error with the message of the error.
  T& value() & {
    require();
    return **this;
  }
  T&& value() && {
    require();
    return *std::move(*this);
  }

  // Precondition: !has_value().
  [[nodiscard]] const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  void require() const {
    if (!has_value()) {
      throw std::runtime_error(error().message);
    }
  }

  std::variant<T, Error> state_;
};

// Success without a value, or an Error.
class [[nodiscard]] Status {
 public:
  Status() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): see Result.
  Status(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool is_ok() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return is_ok(); }

  // Precondition: !is_ok().
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): it is the caller who has checked.
  [[nodiscard]] const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace iii
