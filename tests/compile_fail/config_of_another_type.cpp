// EXPECT: (no matching function|cannot convert|could not convert)
#include <iii/client.hpp>

struct Every {
  int seconds = 1;
};
III_DESCRIBE(Every, seconds)
struct Tick {
  int number = 0;
};
III_DESCRIBE(Tick, number)

void bind(const iii::TriggerTypeRef<Every, Tick>& ticks) {
#ifdef SHOULD_FAIL
  ticks.register_trigger("clock::on_tick", Tick{.number = 1});
#else
  ticks.register_trigger("clock::on_tick", Every{.seconds = 1});
#endif
}
