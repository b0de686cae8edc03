#include "sdk/frames.hpp"

#include "base/limits.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

namespace iii::sdk {

std::string problem_of_frame(std::string_view frame) {
  // What engines take in one message (spec: wire-protocol §2.2).
  if (frame.size() > base::limits::message_bytes_max) {
    return "is larger than " + std::to_string(base::limits::message_bytes_max / base::limits::mib) +
           " MiB";
  }
  return simdjson::validate_utf8(frame.data(), frame.size()) ? "" : "is not UTF-8";
}

}  // namespace iii::sdk
