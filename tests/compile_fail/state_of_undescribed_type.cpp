// EXPECT: iii: this type has no description
// ERRORS: 1
#include <iii/state_client.hpp>

struct Truck {
  int km = 0;
};
#ifndef SHOULD_FAIL
III_DESCRIBE(Truck, km)
#endif

int km_of(const iii::StateClient& state) {
  return state.get<Truck>("fleet", "truck-7").value().km;
}
