#include <iii/engine_error.hpp>

#include <string_view>

namespace iii::inline v0 {

std::string_view to_string(EngineErrorCode code) noexcept {
  switch (code) {
    case EngineErrorCode::invalid_argument:
      return "invalid_argument";
    case EngineErrorCode::invalid_config:
      return "invalid_config";
    case EngineErrorCode::invalid_message:
      return "invalid_message";
    case EngineErrorCode::not_found:
      return "not_found";
    case EngineErrorCode::already_exists:
      return "already_exists";
    case EngineErrorCode::limit_exceeded:
      return "limit_exceeded";
    case EngineErrorCode::address_in_use:
      return "address_in_use";
    case EngineErrorCode::permission_denied:
      return "permission_denied";
    case EngineErrorCode::io_error:
      return "io_error";
    case EngineErrorCode::closed:
      return "closed";
    case EngineErrorCode::timed_out:
      return "timed_out";
    case EngineErrorCode::invocation_failed:
      return "invocation_failed";
  }
  return "unknown";
}

}  // namespace iii::inline v0
