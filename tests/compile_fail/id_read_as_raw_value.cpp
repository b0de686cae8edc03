// EXPECT: cannot convert|no viable conversion
#include "base/id.hpp"

#include <cstdint>

std::uint64_t number(iii::base::ConnectionId id) {
#ifdef SHOULD_FAIL
  return id;
#else
  return id.value();
#endif
}
