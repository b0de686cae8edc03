// EXPECT: unused-result|ignoring return(ed)? value
#include <iii/client.hpp>

iii::Task<void> inner();

iii::Task<void> outer() {
#ifdef SHOULD_FAIL
  inner();
  co_return;
#else
  co_await inner();
#endif
}
