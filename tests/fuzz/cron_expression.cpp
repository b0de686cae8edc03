// Cron expressions from any text: a refusal says why in one printable line; what is accepted fires
// later than asked and in order, agrees with a look at every second in UTC and in a zone whose
// clocks are set, and means the same with blanks around it.
#include "base/assert.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/next_fire.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/cron/zone.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace iii::workers::cron;
using std::chrono::seconds;

bool is_allowed(const Expression& expression, LocalTime time) {
  return expression.first_from(time) == time;
}

void check_order(const Expression& expression, const Zone& zone, Instant after) {
  for (int i = 0; i < 4; ++i) {
    const std::optional<Instant> next = next_fire(expression, zone, after);
    if (!next) {
      return;
    }
    III_ASSERT(*next > after, "fires are later than asked");
    after = *next;
  }
}

// Where nobody sets the clocks, the next time is the first second that is allowed.
void check_seconds(const Expression& expression, Instant after) {
  const std::optional<Instant> next = next_fire(expression, utc(), after);
  const ZonePeriod period = utc().period_at(after);
  for (int i = 1; i <= 500; ++i) {
    const Instant time = after + seconds(i);
    if (is_allowed(expression, period.to_local(time))) {
      III_ASSERT(next == time, "the first allowed second is the next time");
      return;
    }
  }
  III_ASSERT(!next || *next > after + seconds(500), "no time is allowed without a reason");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 4, size - 4);
  const std::uint32_t choice = std::uint32_t{data[0]} << 24U | std::uint32_t{data[1]} << 16U |
                               std::uint32_t{data[2]} << 8U | std::uint32_t{data[3]};
  const Instant after{seconds(choice)};
  const auto expression = Expression::parse(text);
  const auto spaced = Expression::parse(" " + std::string(text) + "\n");
  if (!expression) {
    III_ASSERT(!expression.error().message.empty(), "a refusal says why");
    III_ASSERT(!spaced, "blanks around a text do not make it right");
    return 0;
  }
  III_ASSERT(!spaced || *spaced == *expression, "blanks around a text change nothing");
  static const auto zone = berlin();
  check_order(*expression, utc(), after);
  check_order(*expression, *zone, after);
  check_seconds(*expression, after);
  return 0;
}
