// EXPECT: unused-result|ignoring return(ed)? value
#include <iii/result.hpp>

iii::Status save();

void use() {
#ifdef SHOULD_FAIL
  save();
#else
  static_cast<void>(save());
#endif
}
