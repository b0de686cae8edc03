// The threads on which user code runs.
#include "sdk/handler_pool.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>

namespace iii::sdk {
namespace {

using namespace std::chrono_literals;

// Counts, and lets a thread wait until the count is reached.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool reaches(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
};

TEST(SdkPool, runs_every_job_however_the_posts_and_the_threads_meet) {
  HandlerPool pool(3, 3);
  Counter done;
  constexpr std::size_t rounds = 2'000;
  const auto post = [&] {
    for (std::size_t i = 0; i < rounds; ++i) {
      EXPECT_TRUE(pool.post([&done] { done.add(); }));
      if (i % 3 == 0) {
        std::this_thread::yield();
      }
    }
  };
  std::thread other(post);
  post();
  other.join();
  EXPECT_TRUE(done.reaches(2 * rounds));
}

// One after the other, each when all threads are idle again: a wake-up that is lost hangs.
TEST(SdkPool, wakes_up_for_a_single_job) {
  HandlerPool pool(2, 2);
  Counter done;
  for (std::size_t i = 1; i <= 2'000; ++i) {
    EXPECT_TRUE(pool.post([&done] { done.add(); }));
    ASSERT_TRUE(done.reaches(i));
  }
}

TEST(SdkPool, runs_jobs_that_block_beside_each_other) {
  HandlerPool pool(4, 4);
  Counter there;
  Counter done;
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(pool.post([&] {
      there.add();
      EXPECT_TRUE(there.reaches(4));
      done.add();
    }));
  }
  EXPECT_TRUE(done.reaches(4));
}

TEST(SdkPool, adds_threads_while_all_of_them_block) {
  HandlerPool pool(1, 16);
  Counter there;
  Counter done;
  for (int i = 0; i < 16; ++i) {
    EXPECT_TRUE(pool.post([&] {
      there.add();
      EXPECT_TRUE(there.reaches(16));
      done.add();
    }));
  }
  while (pool.relieve()) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(done.reaches(16));
}

}  // namespace
}  // namespace iii::sdk
