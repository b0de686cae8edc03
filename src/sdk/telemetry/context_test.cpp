#include <iii/context.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace iii {
namespace {

const std::string header = "00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01";
const std::string other = "00-0000000000000000000000000000000a-000000000000000b-00";

TEST(Context, outside_of_any_trace_is_empty) {
  EXPECT_EQ(current_trace_id(), std::nullopt);
  EXPECT_EQ(current_span_id(), std::nullopt);
  EXPECT_EQ(inject_traceparent(), std::nullopt);
  EXPECT_EQ(inject_baggage(), std::nullopt);
  EXPECT_EQ(get_baggage_entry("a"), std::nullopt);
  EXPECT_TRUE(get_all_baggage().empty());
}

TEST(Context, carries_headers_in_and_out_again) {
  extract_context(header, "a=1,b=2").attach([] {
    EXPECT_EQ(current_trace_id(), "6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3");
    EXPECT_EQ(current_span_id(), "1122334455667788");
    EXPECT_EQ(inject_traceparent(), header);
    EXPECT_EQ(inject_baggage(), "a=1,b=2");
    EXPECT_EQ(get_baggage_entry("b"), "2");
  });
  extract_traceparent(header).attach([] { EXPECT_EQ(inject_baggage(), std::nullopt); });
  extract_baggage("a=1").attach([] { EXPECT_EQ(inject_traceparent(), std::nullopt); });
  extract_context("", "").attach([] { EXPECT_EQ(inject_traceparent(), std::nullopt); });
  extract_context("garbage", ";,").attach([] { EXPECT_EQ(inject_baggage(), std::nullopt); });
  EXPECT_EQ(inject_traceparent(), std::nullopt);
}

TEST(Context, Item94_is_not_changed_by_setting_and_removing_baggage) {
  const ContextScope scope(extract_context(header, "a=1,b=2"));
  const Context more = set_baggage_entry("c", "3");
  const Context less = remove_baggage_entry("a");
  EXPECT_EQ(inject_baggage(), "a=1,b=2");
  EXPECT_EQ(more.attach([] { return inject_baggage(); }), "a=1,b=2,c=3");
  EXPECT_EQ(less.attach([] { return inject_baggage(); }), "b=2");
  EXPECT_EQ(more.attach([] { return inject_traceparent(); }), header);
}

TEST(Context, runs_with_more_baggage_that_does_not_leak) {
  const ContextScope scope(extract_baggage("a=1"));
  const auto inside = run_with_baggage({{"a", "9"}, {"b", "2"}}, [] { return inject_baggage(); });
  EXPECT_EQ(inside, "a=9,b=2");
  EXPECT_EQ(inject_baggage(), "a=1");
}

TEST(Context, is_restored_when_what_runs_inside_throws) {
  const auto failing = [] { extract_traceparent(header).attach([] { throw 7; }); };
  EXPECT_THROW(failing(), int);
  EXPECT_EQ(inject_traceparent(), std::nullopt);
}

// A task that is suspended in the middle of a block and goes on later, on whatever thread.
TEST(Context, follows_a_task_over_its_suspensions) {
  detail::ContextSlot task;
  task.context = extract_traceparent(header);
  std::optional<ContextScope> block_in_task;
  {
    const detail::ContextSlotScope resumed(task);
    EXPECT_EQ(inject_traceparent(), header);
    block_in_task.emplace(extract_traceparent(other));
    EXPECT_EQ(inject_traceparent(), other);
  }
  EXPECT_EQ(inject_traceparent(), std::nullopt);
  {
    const ContextScope of_thread(extract_baggage("a=1"));
    const detail::ContextSlotScope resumed(task);
    EXPECT_EQ(inject_traceparent(), other);
    EXPECT_EQ(inject_baggage(), std::nullopt);
    block_in_task.reset();
    EXPECT_EQ(inject_traceparent(), header);
  }
  EXPECT_EQ(inject_traceparent(), std::nullopt);
}

TEST(Context, a_task_that_ends_elsewhere_restores_its_own_slot) {
  detail::ContextSlot task;
  std::optional<ContextScope> block_in_task;
  {
    const detail::ContextSlotScope resumed(task);
    block_in_task.emplace(extract_traceparent(header));
  }
  const ContextScope of_thread(extract_traceparent(other));
  block_in_task.reset();
  EXPECT_EQ(inject_traceparent(), other);
  EXPECT_FALSE(task.context.trace().is_valid());
}

}  // namespace
}  // namespace iii
