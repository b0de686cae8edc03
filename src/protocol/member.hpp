// A member of a message, as a slice of its text.
#pragma once

#include "json/scan.hpp"

namespace iii::protocol {

// A member that was absent or null has an empty text.
inline bool is_present(const json::Value& value) {
  return !value.text.empty();
}

}  // namespace iii::protocol
