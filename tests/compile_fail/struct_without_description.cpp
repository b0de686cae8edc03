// EXPECT: iii: this type has no description
#include <iii/describe.hpp>

struct Order {
  int count = 0;
};
#ifndef SHOULD_FAIL
III_DESCRIBE(Order, count)
#endif

int count_of(const iii::Json& json) {
  return iii::from_json<Order>(json).value().count;
}
