// Texts that tell their receiver nothing, in either direction.
#pragma once

#include "base/id.hpp"

#include <optional>
#include <string>

namespace iii::protocol {

// Types that mean nothing to the receiver, types of newer lines, and whitespace.
struct Ignored {
  std::string type;
};

// A text that is no message. Whatever could be found in it helps to answer it; with an invocation
// id, somebody waits, and `type` tells who.
struct Malformed {
  std::string reason;
  std::string type;
  std::optional<base::InvocationId> invocation_id;
  std::string function_id;
  std::string trigger_id;
  std::string trigger_type;
};

}  // namespace iii::protocol
