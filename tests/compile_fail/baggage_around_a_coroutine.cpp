// EXPECT: iii: this function is a coroutine
// ERRORS: 1
#include <iii/context.hpp>
#include <iii/task.hpp>

int count();
iii::Task<int> count_later();

void in_a_block() {
#ifdef SHOULD_FAIL
  static_cast<void>(iii::run_with_baggage({{"tenant", "acme"}}, count_later));
#else
  static_cast<void>(iii::run_with_baggage({{"tenant", "acme"}}, count));
#endif
}
