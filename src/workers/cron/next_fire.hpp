// When a schedule fires next: the pure function beneath the cron worker.
//
// On an ordinary day that is every time that the expression allows. Where a zone's clocks are set,
// the hours of the expression decide. One that allows every hour (`0 */15 * * * *`) goes by passing
// time: repeated times count twice, skipped ones not at all. Any other (`0 30 2 * * *`) is about
// times of day: a repeated one counts when it is first shown, and skipped ones once, at the moment
// at which the clocks skip them.
#pragma once

#include "workers/cron/clock_time.hpp"
#include "workers/cron/expression.hpp"
#include "workers/cron/zone.hpp"

#include <optional>

namespace iii::workers::cron {

// The first one strictly later than `after`; nullopt: none until the end of 2100.
[[nodiscard]] std::optional<Instant> next_fire(
    const Expression& expression, const Zone& zone, Instant after
);

}  // namespace iii::workers::cron
