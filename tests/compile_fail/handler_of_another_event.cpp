// EXPECT: this function takes something else than the event of its trigger type
// ERRORS: 1
#include <iii/client.hpp>

struct Every {
  int seconds = 1;
};
III_DESCRIBE(Every, seconds)
struct Tick {
  int number = 0;
};
III_DESCRIBE(Tick, number)
struct Tock {
  int number = 0;
};
III_DESCRIBE(Tock, number)

void offer(const iii::TriggerTypeRef<Every, Tick>& ticks) {
#ifdef SHOULD_FAIL
  ticks.register_function("clock::on_tick", [](const Tock& tock) { return tock.number; });
#else
  ticks.register_function("clock::on_tick", [](const Tick& tick) { return tick.number; });
#endif
}
