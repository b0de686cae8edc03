// EXPECT: iii: this type has no description
// ERRORS: 1
#include <iii/client.hpp>

struct Order {
  int count = 0;
};
#ifndef SHOULD_FAIL
III_DESCRIBE(Order, count)
#endif

void offer(iii::Client& client) {
  client.register_function("shop::order", [](const Order& order) { return order.count; });
}
