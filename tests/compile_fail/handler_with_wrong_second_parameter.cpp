// EXPECT: the second parameter of a function is iii::Invocation
// ERRORS: 1
#include <iii/client.hpp>

void offer(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.register_function("shop::order", [](int a, int b) { return a + b; });
#else
  client.register_function("shop::order", [](int a, const iii::Invocation&) { return a; });
#endif
}
