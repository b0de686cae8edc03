#include "workers/http/pending.hpp"

#include "base/time.hpp"
#include "workers/http/orders.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace iii::workers::http_worker {
namespace {

using std::chrono::milliseconds;

TEST(PendingTable, forgets_a_time_limit_that_nobody_has_any_more) {
  PendingTable table;
  const base::MonotonicTime now{};
  for (std::uint64_t number = 1; number <= 100; ++number) {
    Pending& pending = table.open(RequestId(number));
    table.set_deadline(pending, now, milliseconds(number));
    EXPECT_EQ(table.time_limits(), 1U);
    table.close(pending);
  }
  EXPECT_EQ(table.time_limits(), 0U);
  EXPECT_EQ(table.next_deadline(), base::never);
}

TEST(PendingTable, finds_the_earliest_of_all_deadlines) {
  PendingTable table;
  const base::MonotonicTime now{};
  Pending& slow = table.open(RequestId(1));
  table.set_deadline(slow, now, milliseconds(300));
  Pending& fast = table.open(RequestId(2));
  table.set_deadline(fast, now, milliseconds(100));
  Pending& fast_too = table.open(RequestId(3));
  table.set_deadline(fast_too, now + milliseconds(1), milliseconds(100));
  EXPECT_EQ(table.next_deadline(), now + milliseconds(100));
  EXPECT_EQ(table.first_expired(now + milliseconds(99)), nullptr);
  EXPECT_EQ(table.first_expired(now + milliseconds(100)), &fast);
  table.clear_deadline(fast);
  EXPECT_EQ(table.first_expired(now + milliseconds(100)), nullptr);
  EXPECT_EQ(table.first_expired(now + milliseconds(101)), &fast_too);
  table.close(fast_too);
  EXPECT_EQ(table.next_deadline(), now + milliseconds(300));
}

}  // namespace
}  // namespace iii::workers::http_worker
