// The `error` object of results and registration answers (spec: wire-protocol §3).
#pragma once

#include <optional>
#include <ostream>
#include <string>

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

}  // namespace iii::protocol
