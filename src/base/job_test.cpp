#include "base/job.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace iii::base {
namespace {

// A callable that is small enough to stand inside of a job, or not.
struct Small {};
using Large = std::array<std::byte, 200>;
template <class Content>
struct Callable {
  std::unique_ptr<int> number;
  int* sum;
  std::shared_ptr<int> held = {};
  Content content = {};

  void operator()() {
    if (number == nullptr) {
      throw std::runtime_error("boom");
    }
    *sum += *number;
  }
};

template <class Content>
class JobHolding : public testing::Test {
 protected:
  Job job(std::shared_ptr<int> held = {}) {
    return Callable<Content>{std::make_unique<int>(3), &sum, std::move(held)};
  }
  Job failing_job(std::shared_ptr<int> held) {
    return Callable<Content>{nullptr, &sum, std::move(held)};
  }

  int sum = 0;
};
using Contents = testing::Types<Small, Large>;
TYPED_TEST_SUITE(JobHolding, Contents);

TYPED_TEST(JobHolding, runs_where_it_has_been_moved) {
  std::vector<Job> jobs;
  jobs.push_back(this->job());
  jobs.emplace_back();
  jobs[1] = std::move(jobs[0]);
  ASSERT_TRUE(jobs[1]);
  jobs[1]();
  EXPECT_EQ(this->sum, 3);
  EXPECT_FALSE(jobs[1]);
}

TYPED_TEST(JobHolding, lets_go_of_what_it_holds) {
  const auto held = std::make_shared<int>(0);
  {
    const Job never_run = this->job(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  Job replaced = this->job(held);
  replaced = Job();
  EXPECT_EQ(held.use_count(), 1);
  Job run = this->job(held);
  run();
  EXPECT_EQ(held.use_count(), 1);
  Job failing = this->failing_job(held);
  EXPECT_THROW(failing(), std::runtime_error);
  EXPECT_EQ(held.use_count(), 1);
}

// So that what it runs may fill it again.
TEST(Job, is_empty_while_it_runs) {
  Job job;
  bool was_empty = false;
  job = [&] { was_empty = !job; };
  job();
  EXPECT_TRUE(was_empty);
}

}  // namespace
}  // namespace iii::base
