// EXPECT: could not convert|no viable conversion
#include "base/id.hpp"

#include <string>

iii::base::FunctionId name(const std::string& text) {
#ifdef SHOULD_FAIL
  return text;
#else
  return iii::base::FunctionId(text);
#endif
}
