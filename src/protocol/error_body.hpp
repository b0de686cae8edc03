// The `error` object of results and registration answers (spec: wire-protocol §3).
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace iii::protocol {

struct ErrorBody {
  std::string code;
  std::string message;
  std::optional<std::string> stacktrace;

  friend bool operator==(const ErrorBody&, const ErrorBody&) = default;
  friend std::ostream& operator<<(std::ostream& out, const ErrorBody& error) {
    return out << error.code << ": " << error.message;
  }
};

// An error that the engine itself makes.
[[nodiscard]] inline ErrorBody error_body(std::string_view code, std::string message) {
  return {std::string(code), std::move(message), {}};
}

}  // namespace iii::protocol
