#include <iii/result.hpp>

#include <string_view>

namespace iii {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::invalid_config:
      return "invalid_config";
    case ErrorCode::invalid_message:
      return "invalid_message";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::limit_exceeded:
      return "limit_exceeded";
    case ErrorCode::address_in_use:
      return "address_in_use";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::io_error:
      return "io_error";
    case ErrorCode::closed:
      return "closed";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::invocation_failed:
      return "invocation_failed";
  }
  return "unknown";
}

}  // namespace iii
