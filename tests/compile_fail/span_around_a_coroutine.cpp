// EXPECT: iii: this function is a coroutine
// ERRORS: 1
#include <iii/span.hpp>
#include <iii/task.hpp>

int count();
iii::Task<int> count_later();

void in_a_block() {
#ifdef SHOULD_FAIL
  static_cast<void>(iii::with_span("count", count_later));
#else
  static_cast<void>(iii::with_span("count", count));
#endif
}
