// EXPECT: iii: a function of a worker takes nothing, or its input
// ERRORS: 1
#include <iii/client.hpp>

void offer(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.register_function("shop::order", [](int a, int b, int c) { return a + b + c; });
#else
  client.register_function("shop::order", [](int a) { return a; });
#endif
}
