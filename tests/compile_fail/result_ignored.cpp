// EXPECT: unused-result|ignoring return(ed)? value
#include <iii/result.hpp>

iii::Result<int> parse();

void use() {
#ifdef SHOULD_FAIL
  parse();
#else
  static_cast<void>(parse());
#endif
}
