// EXPECT: iii: this type has no description
#include <iii/describe.hpp>

#include <vector>

enum class Size { small, large };
#ifndef SHOULD_FAIL
III_DESCRIBE_ENUM(Size, small, large)
#endif

struct Order {
  std::vector<Size> sizes;
};
III_DESCRIBE(Order, sizes)

iii::Json schema() {
  return iii::json_schema<Order>();
}
