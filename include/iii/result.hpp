// Result<T> and Status: what an operation that may be refused or may fail returns.
//
// Test with `if (!result)`, read the value with `*result`, the refusal with `result.error()`. Or
// demand the value with `result.value()`, which throws the error: E itself where E is an exception,
// as iii::Error is, otherwise std::runtime_error with E's message. Nothing else throws.
// Result<void> is a success without a value; Status is its short name. Not thread-safe, like any
// value.
#pragma once

#include <iii/error.hpp>

#include <cassert>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace iii::inline v0 {

namespace detail {

template <class E>
[[noreturn]] void throw_error(const E& error) {
  if constexpr (std::is_base_of_v<std::exception, E>) {
    throw error;  // NOLINT(misc-throw-by-value-catch-by-reference): a copy is thrown
  } else {
    throw std::runtime_error(error.message);
  }
}

}  // namespace detail

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  // NOLINTNEXTLINE(google-explicit-constructor): a function returns a value as it stands.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): and an error, too.
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Precondition: has_value().
  T& operator*() & { return *get(); }
  const T& operator*() const& { return *get(); }
  T&& operator*() && { return std::move(*get()); }
  T* operator->() { return get(); }
  const T* operator->() const { return get(); }

  // The value, or the error as an exception.
  [[nodiscard]] T& value() & {
    require();
    return **this;
  }
  [[nodiscard]] const T& value() const& {
    require();
    return **this;
  }
  [[nodiscard]] T&& value() && {
    require();
    return *std::move(*this);
  }

  // Precondition: !has_value().
  [[nodiscard]] const E& error() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  [[nodiscard]] T* get() {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  [[nodiscard]] const T* get() const {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  void require() const {
    if (!has_value()) {
      detail::throw_error(error());
    }
  }

  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as above.
  Result(E error) : error_(std::move(error)) {}

  [[nodiscard]] bool is_ok() const noexcept { return !error_.has_value(); }
  [[nodiscard]] bool has_value() const noexcept { return is_ok(); }
  explicit operator bool() const noexcept { return is_ok(); }

  // Throws the error, if there is one.
  void value() const {
    if (!is_ok()) {
      detail::throw_error(error());
    }
  }

  // Precondition: !is_ok().
  [[nodiscard]] const E& error() const {
    assert(!is_ok());
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): it is the caller who has checked.
    return *error_;
  }

 private:
  std::optional<E> error_;
};

using Status = Result<void>;

}  // namespace iii::inline v0
