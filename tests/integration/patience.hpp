// How long a test waits for what is sure to come. Only a broken test waits so long.
#pragma once

#include <chrono>

namespace iii::test {

inline constexpr std::chrono::seconds patience{30};

}  // namespace iii::test
