#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace iii::base {

void assertion_failed(
    const char* expression, std::string_view explanation, const char* file, int line
) noexcept {
  std::fprintf(
      stderr,
      "%s:%d: bug in iii: %.*s (%s)\n",
      file,
      line,
      static_cast<int>(explanation.size()),
      explanation.data(),
      expression
  );
  std::abort();
}

}  // namespace iii::base
