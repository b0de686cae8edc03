// The only place where time is read.
#pragma once

#include "base/time.hpp"

namespace iii::net {

[[nodiscard]] base::Now now() noexcept;

}  // namespace iii::net
