#include "engine/deadline_heap.hpp"

#include "base/id.hpp"
#include "base/time.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace iii::engine {
namespace {

using namespace std::chrono_literals;

constexpr base::MonotonicTime start{100s};
const base::ConnectionId one{1};
const base::ConnectionId two{2};

// Who is to be asked by now, of connections that share a watch each.
std::vector<base::ConnectionId> asked(
    DeadlineHeap& heap, DeadlineHeap::Watch& watch, base::MonotonicTime now
) {
  std::vector<base::ConnectionId> ids;
  while (const auto due = heap.pop_due(now)) {
    if (DeadlineHeap::take(watch, *due)) {
      ids.push_back(due->id);
    }
  }
  return ids;
}

TEST(DeadlineHeap, names_connections_in_the_order_of_their_deadlines) {
  DeadlineHeap heap;
  DeadlineHeap::Watch first;
  DeadlineHeap::Watch second;
  heap.watch(first, start + 2s, one);
  heap.watch(second, start + 1s, two);
  EXPECT_EQ(heap.next(), start + 1s);
  EXPECT_FALSE(heap.pop_due(start));
  auto due = heap.pop_due(start + 2s);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->id, two);
  EXPECT_EQ(due->deadline, start + 1s);
  due = heap.pop_due(start + 2s);
  ASSERT_TRUE(due);
  EXPECT_EQ(due->id, one);
  EXPECT_EQ(heap.next(), base::never);
}

TEST(DeadlineHeap, asks_at_the_earliest_deadline_alone) {
  DeadlineHeap heap;
  DeadlineHeap::Watch watch;
  heap.watch(watch, start + 2s, one);
  heap.watch(watch, start + 3s, one);
  heap.watch(watch, start + 1s, one);
  EXPECT_EQ(heap.size(), 2U);
  EXPECT_EQ(asked(heap, watch, start + 3s), std::vector{one});
  EXPECT_EQ(heap.size(), 0U);
}

TEST(DeadlineHeap, forgets_overtaken_entries_instead_of_multiplying_them) {
  DeadlineHeap heap;
  DeadlineHeap::Watch watch;
  base::MonotonicTime now = start;
  for (int round = 0; round < 100; ++round) {
    heap.watch(watch, now + 75s, one);
    heap.watch(watch, now + 30s, one);
    now += 40s;
    while (const auto due = heap.pop_due(now)) {
      if (DeadlineHeap::take(watch, *due)) {
        heap.watch(watch, now + 75s, one);
      }
    }
    ASSERT_LT(heap.size(), 4U) << round;
  }
}

TEST(DeadlineHeap, asks_again_after_it_has_asked) {
  DeadlineHeap heap;
  DeadlineHeap::Watch watch;
  heap.watch(watch, start + 1s, one);
  EXPECT_EQ(asked(heap, watch, start + 1s), std::vector{one});
  heap.watch(watch, start + 2s, one);
  EXPECT_EQ(asked(heap, watch, start + 2s), std::vector{one});
}

}  // namespace
}  // namespace iii::engine
