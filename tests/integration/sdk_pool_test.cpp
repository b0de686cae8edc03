// The threads on which user code runs.
#include "sdk/handler_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

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

TEST(SdkPool, goes_on_with_the_threads_it_has_when_the_system_gives_no_more) {
  std::size_t threads_left = 1;
  HandlerPool pool(4, 8, [&](std::function<void()> work) {
    if (threads_left == 0) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    --threads_left;
    return std::thread(std::move(work));
  });
  Counter done;
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(pool.post([&done] { done.add(); }));
  }
  while (pool.relieve()) {
    std::this_thread::yield();
  }
  EXPECT_TRUE(done.reaches(100));
  EXPECT_TRUE(pool.has_been_refused());
  EXPECT_EQ(pool.thread_count(), 1U);
}

TEST(SdkPool, asks_for_a_thread_again_when_there_is_none) {
  bool is_refused = true;
  HandlerPool pool(1, 1, [&](std::function<void()> work) {
    if (is_refused) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    return std::thread(std::move(work));
  });
  Counter done;
  EXPECT_TRUE(pool.post([&done] { done.add(); }));
  EXPECT_EQ(pool.thread_count(), 0U);
  is_refused = false;
  EXPECT_TRUE(pool.relieve());
  EXPECT_TRUE(done.reaches(1));
}

TEST(SdkPool, at_the_end_runs_what_must_run_although_all_threads_are_busy) {
  HandlerPool pool(1, 1);
  std::promise<void> go;
  Counter busy;
  Counter done;
  EXPECT_TRUE(pool.post([&busy, gone = go.get_future().share()] {
    busy.add();
    gone.wait();
  }));
  EXPECT_TRUE(busy.reaches(1));
  EXPECT_TRUE(pool.post([] { ADD_FAILURE() << "is dropped"; }));
  EXPECT_TRUE(pool.post(
      [&] {
        EXPECT_TRUE(pool.is_own_thread());
        done.add();
      },
      HandlerPool::Fate::must_run
  ));
  pool.stop(1ms);
  EXPECT_TRUE(done.reaches(1));
  EXPECT_FALSE(pool.post([&done] { done.add(); }));
  go.set_value();
}

// Libraries clean up after a thread when it ends: OpenSSL does, with locks that exit() destroys.
TEST(SdkPool, at_the_end_has_destroyed_what_its_threads_kept) {
  struct Kept {
    ~Kept() {
      for (int i = 0; i < 1'000; ++i) {
        std::this_thread::yield();
      }
      ++*destroyed;
    }
    std::shared_ptr<std::atomic<int>> destroyed;
  };
  const auto destroyed = std::make_shared<std::atomic<int>>(0);
  HandlerPool pool(4, 4);
  Counter there;
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(pool.post([&] {
      thread_local const Kept kept{destroyed};
      there.add();
      EXPECT_TRUE(there.reaches(4));
    }));
  }
  pool.stop(20s);
  EXPECT_EQ(*destroyed, 4);
}

}  // namespace
}  // namespace iii::sdk
