#include "base/job.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace iii::base {
namespace {

// What a job holds, small enough to stand inside of it or not.
template <class T>
class JobHolding : public testing::Test {};
struct Small {};
using Large = std::array<std::byte, 200>;
using Sizes = testing::Types<Small, Large>;
TYPED_TEST_SUITE(JobHolding, Sizes);

TYPED_TEST(JobHolding, runs_where_it_has_been_moved) {
  int runs = 0;
  Job job([&runs, content = TypeParam(), once = std::make_unique<int>(3)] { runs += *once; });
  std::vector<Job> jobs;
  jobs.push_back(std::move(job));
  jobs.emplace_back();
  jobs[1] = std::move(jobs[0]);
  EXPECT_FALSE(jobs[0]);
  ASSERT_TRUE(jobs[1]);
  jobs[1]();
  EXPECT_EQ(runs, 3);
  EXPECT_FALSE(jobs[1]);
}

TYPED_TEST(JobHolding, lets_go_of_what_it_holds) {
  const auto held = std::make_shared<int>(0);
  const auto job = [&] { return Job([held, content = TypeParam()] {}); };
  {
    const Job never_run = job();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  Job replaced = job();
  replaced = Job();
  EXPECT_EQ(held.use_count(), 1);
  Job run = job();
  run();
  EXPECT_EQ(held.use_count(), 1);
  Job failing([held, content = TypeParam()] { throw std::runtime_error("boom"); });
  EXPECT_THROW(failing(), std::runtime_error);
  EXPECT_EQ(held.use_count(), 1);
}

// It is gone before what it has called goes on elsewhere.
TEST(Job, is_empty_while_it_runs) {
  Job job;
  bool was_empty = false;
  job = [&] { was_empty = !job; };
  job();
  EXPECT_TRUE(was_empty);
}

}  // namespace
}  // namespace iii::base
