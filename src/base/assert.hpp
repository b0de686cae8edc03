// III_ASSERT(condition, "what should hold", values…): a bug in our own code. On in every build;
// prints and aborts. Input from a peer, a user or a disk never reaches one.
#pragma once

#include <string_view>

namespace iii::base {

[[noreturn]] void assertion_failed(
    const char* expression, std::string_view explanation, const char* file, int line
) noexcept;

}  // namespace iii::base

#define III_ASSERT(condition, explanation) \
  (static_cast<bool>(condition)            \
       ? static_cast<void>(0)              \
       : ::iii::base::assertion_failed(#condition, (explanation), __FILE__, __LINE__))
