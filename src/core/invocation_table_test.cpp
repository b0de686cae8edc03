#include "core/invocation_table.hpp"

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/function_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace iii::core {
namespace {

using namespace std::chrono_literals;

base::InvocationId id_of(std::uint64_t number) {
  return base::InvocationId(base::Uuid(7, number));
}

base::MonotonicTime at(std::chrono::nanoseconds time) {
  return base::MonotonicTime(time);
}

struct InvocationTableTest : testing::Test {
  InvocationTable table{42};
  Connection caller;
  Connection target;
  Function function;

  Invocation& open(std::uint64_t number, base::MonotonicTime deadline, bool is_aging = true) {
    return table.open(
        {.id = id_of(number),
         .caller = &caller,
         .target = &target,
         .function = &function,
         .deadline = deadline,
         .is_aging = is_aging}
    );
  }
  // The calls of a list, newest first.
  std::vector<std::uint64_t> close_all(InvocationList& list) {
    std::vector<std::uint64_t> numbers;
    while (Invocation* invocation = table.first_of(list)) {
      numbers.push_back(invocation->id.value().low());
      table.close(*invocation);
    }
    return numbers;
  }
};

TEST_F(InvocationTableTest, finds_what_is_open_by_its_id) {
  Invocation& invocation = open(1, at(1s));
  EXPECT_EQ(table.find(id_of(1)), &invocation);
  EXPECT_EQ(table.find(id_of(2)), nullptr);
  EXPECT_EQ(table.any(), &invocation);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(function.in_flight, 1U);
  table.close(invocation);
  EXPECT_EQ(table.find(id_of(1)), nullptr);
  EXPECT_EQ(table.any(), nullptr);
  EXPECT_EQ(table.size(), 0U);
}

TEST_F(InvocationTableTest, keeps_the_texts_of_a_closed_call_until_recycled) {
  Invocation& closed = open(1, at(1s));
  closed.traceparent_json = "\"t\"";
  closed.answered_function_json = "\"f\"";
  table.close(closed);
  const Invocation& other = open(2, at(1s));
  EXPECT_NE(&other, &closed);
  EXPECT_EQ(closed.traceparent_json, "\"t\"");
  table.recycle();
  const Invocation& again = open(3, at(1s));
  EXPECT_EQ(&again, &closed);
  EXPECT_EQ(again.traceparent_json, "");
  EXPECT_EQ(again.answered_function_json, "");
  EXPECT_EQ(again.purpose, Purpose::call);
}

TEST_F(InvocationTableTest, gives_the_memory_of_long_texts_back) {
  constexpr std::size_t mebibyte = 1024UL * 1024;
  Invocation& invocation = open(1, at(1s));
  for (std::string* text :
       {&invocation.traceparent_json, &invocation.baggage_json, &invocation.answered_function_json
       }) {
    text->assign(mebibyte, 'x');
  }
  table.close(invocation);
  table.recycle();
  EXPECT_LT(invocation.traceparent_json.capacity(), mebibyte);
  EXPECT_LT(invocation.baggage_json.capacity(), mebibyte);
  EXPECT_LT(invocation.answered_function_json.capacity(), mebibyte);
}

TEST_F(InvocationTableTest, lists_the_calls_of_each_connection) {
  for (const std::uint64_t number : {1U, 2U, 3U, 4U}) {
    open(number, at(1s));
  }
  EXPECT_EQ(caller.issued.size, 4U);
  EXPECT_EQ(target.executing.size, 4U);
  EXPECT_EQ(caller.executing.size, 0U);
  table.close(*table.find(id_of(2)));
  EXPECT_EQ(close_all(caller.issued), (std::vector<std::uint64_t>{4, 3, 1}));
  EXPECT_EQ(target.executing.size, 0U);
  EXPECT_EQ(table.first_of(target.executing), nullptr);
}

TEST_F(InvocationTableTest, moves_calls_between_connections) {
  Connection other;
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    open(number, at(1s));
  }
  table.move_to_target(*table.find(id_of(2)), other);
  table.move_to_caller(*table.find(id_of(1)), other);
  EXPECT_EQ(close_all(other.executing), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(close_all(other.issued), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(close_all(caller.issued), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(target.executing.size, 0U);
}

TEST_F(InvocationTableTest, knows_calls_of_the_engine_that_have_no_caller) {
  table.open({.id = id_of(1), .target = &target, .function = &function, .deadline = at(1s)});
  EXPECT_EQ(close_all(target.executing), (std::vector<std::uint64_t>{1}));
}

TEST_F(InvocationTableTest, tells_the_next_deadline_of_all) {
  EXPECT_EQ(table.next_deadline(), base::never);
  open(1, at(10s));
  EXPECT_EQ(table.next_deadline(), at(10s));
  open(2, at(5s), false);
  open(3, base::never, false);
  EXPECT_EQ(table.next_deadline(), at(5s));
  EXPECT_EQ(table.first_expired(at(5s) - 1ns), nullptr);
  EXPECT_EQ(table.first_expired(at(5s)), table.find(id_of(2)));
  table.close(*table.find(id_of(2)));
  EXPECT_EQ(table.first_expired(at(10s)), table.find(id_of(1)));
  table.close(*table.find(id_of(1)));
  EXPECT_EQ(table.first_expired(at(1000h)), nullptr);
  EXPECT_EQ(table.next_deadline(), base::never);
}

TEST_F(InvocationTableTest, changes_deadlines) {
  open(1, at(10s));
  open(2, at(10s));
  table.set_deadline(*table.find(id_of(1)), at(3s));
  EXPECT_EQ(table.next_deadline(), at(3s));
  table.set_deadline(*table.find(id_of(1)), base::never);
  EXPECT_EQ(table.next_deadline(), at(10s));
  table.close(*table.find(id_of(2)));
  EXPECT_EQ(table.next_deadline(), base::never);
  table.close(*table.find(id_of(1)));
}

// Against the slow and obvious version: a list that is searched.
TEST_F(InvocationTableTest, agrees_with_a_plain_list_over_many_random_steps) {
  struct Entry {
    std::uint64_t number;
    base::MonotonicTime deadline;
  };
  std::vector<Entry> expected;
  base::SeededRandom random(7);
  std::uint64_t next_number = 0;
  base::MonotonicTime now(1s);
  for (int step = 0; step < 5000; ++step) {
    now += 1ms;
    const std::uint64_t choice = random.next() % 8;
    const std::size_t index = expected.empty() ? 0 : random.next() % expected.size();
    if (choice < 4 || expected.empty()) {
      const bool is_aging = choice < 2;
      const base::MonotonicTime deadline =
          is_aging ? now + 1s : now + std::chrono::milliseconds(random.next() % 1000);
      open(++next_number, deadline, is_aging);
      expected.push_back({next_number, deadline});
    } else if (choice < 6) {
      table.close(*table.find(id_of(expected[index].number)));
      expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (choice == 6) {
      expected[index].deadline = now + 500ms;
      table.set_deadline(*table.find(id_of(expected[index].number)), now + 500ms);
    } else {
      table.recycle();
    }
    while (Invocation* expired = table.first_expired(now)) {
      const auto found = std::ranges::find(expected, expired->id.value().low(), &Entry::number);
      ASSERT_NE(found, expected.end());
      ASSERT_LE(found->deadline, now);
      expected.erase(found);
      table.close(*expired);
    }
    base::MonotonicTime next = base::never;
    for (const Entry& entry : expected) {
      next = std::min(next, entry.deadline);
    }
    ASSERT_EQ(table.next_deadline(), next);
    ASSERT_EQ(table.size(), expected.size());
    ASSERT_EQ(caller.issued.size, expected.size());
    ASSERT_EQ(target.executing.size, expected.size());
  }
  EXPECT_GT(next_number, 1000U);
}

}  // namespace
}  // namespace iii::core
