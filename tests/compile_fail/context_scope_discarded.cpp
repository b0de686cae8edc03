// EXPECT: unused-result|ignoring return(ed)? value|ignoring temporary
#include <iii/context.hpp>

void work() {
#ifdef SHOULD_FAIL
  iii::ContextScope{iii::capture_context()};
#else
  const iii::ContextScope scope(iii::capture_context());
#endif
}
