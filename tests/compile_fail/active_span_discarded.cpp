// EXPECT: unused-result|ignoring return(ed)? value|ignoring temporary
#include <iii/span.hpp>

void read_stock() {
#ifdef SHOULD_FAIL
  iii::ActiveSpan("read stock");
#else
  const iii::ActiveSpan span("read stock");
#endif
}
