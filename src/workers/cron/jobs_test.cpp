#include "workers/cron/jobs.hpp"

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/schedule.hpp"
#include "workers/cron/test_zones.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::cron {
namespace {

namespace limits = base::limits;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

// Orders as lines: "start job 12:00:05", "drop job 12:00:06: why".
class JobsTest : public testing::Test {
 protected:
  Schedule schedule(std::string_view config) {
    return parse_schedule(config, zones, at("2000-01-01T00:00:00Z")).value();
  }
  void add(std::string id, std::string_view config) {
    EXPECT_TRUE(jobs.add(std::move(id), schedule(config), now));
  }
  void add_every_second(std::string id, std::string_view more = "") {
    add(std::move(id), R"({"expression":"* * * * * *")" + std::string(more) + "}");
  }

  void pass(std::chrono::nanoseconds time) {
    now.monotonic += time;
    now.wall += time;
  }
  void tell_time() { jobs.on_time(now, orders); }
  // As the driver does: sleeps until the machine wants to be woken, and so on.
  void live_for(std::chrono::nanoseconds time) {
    const base::MonotonicTime end = now.monotonic + time;
    while (jobs.wake_at(now) <= end) {
      pass(jobs.wake_at(now) - now.monotonic);
      tell_time();
    }
    pass(end - now.monotonic);
  }
  // The run that was started longest ago.
  void end_run() {
    ASSERT_FALSE(running.empty());
    const Tick tick = running.front();
    running.erase(running.begin());
    jobs.on_ended(tick, orders);
  }
  void end_all_runs() {
    while (!running.empty()) {
      end_run();
    }
  }

  Lines take() {
    Lines lines;
    for (const Tick& tick : orders.starts) {
      lines.push_back("start " + tick.job_id + " " + clock_of(tick));
      running.push_back(tick);
    }
    for (const Drop& drop : orders.drops) {
      lines.push_back(
          "drop " + drop.tick.job_id + " " + clock_of(drop.tick) + ": " +
          std::string(to_string(drop.reason))
      );
    }
    orders = {};
    return lines;
  }
  static std::string clock_of(const Tick& tick) {
    return to_text(base::WallTime(tick.scheduled)).substr(11, 8);
  }

  TestZones zones;
  base::SeededRandom random{1};
  Jobs jobs{random};
  base::Now now{base::MonotonicTime(1000s), base::WallTime(at("2026-01-01T12:00:00Z"))};
  Orders orders;
  std::vector<Tick> running;
};

TEST_F(JobsTest, StartAtTheNextSecondNeverAtOnce) {
  add_every_second("a");
  tell_time();
  EXPECT_EQ(take(), Lines());
  EXPECT_EQ(jobs.wake_at(now), now.monotonic + 1s);
  pass(999'999'999ns);
  tell_time();
  EXPECT_EQ(take(), Lines());
  EXPECT_EQ(jobs.wake_at(now), now.monotonic + 1ns);
  pass(1ns);
  tell_time();
  EXPECT_EQ(take(), (Lines{"start a 12:00:01"}));
  tell_time();
  EXPECT_EQ(take(), Lines());
}

TEST_F(JobsTest, HaveIdsOfTheirOwn) {
  add_every_second("a");
  const auto again = jobs.add("a", schedule(R"({"expression":"@daily"})"), now);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, EngineErrorCode::already_exists);
  EXPECT_EQ(again.error().message, "Cron job 'a' is already registered");
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(JobsTest, EndWhenRemoved) {
  add_every_second("a");
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:01"}));
  EXPECT_TRUE(jobs.remove("a"));
  EXPECT_FALSE(jobs.remove("a"));
  EXPECT_EQ(jobs.wake_at(now), base::never);
  live_for(5s);
  EXPECT_EQ(take(), Lines());
}

TEST_F(JobsTest, AreNotConfusedByTheRunOfAPredecessor) {
  add_every_second("a");
  live_for(1s);
  take();
  jobs.remove("a");
  add_every_second("a");
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:02"}));
  end_run();  // the predecessor's
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"drop a 12:00:03: the last run has not ended"}));
}

TEST_F(JobsTest, DropTicksWhileTheyRun) {
  add_every_second("a");
  live_for(3s);
  EXPECT_EQ(
      take(),
      (Lines{
          "start a 12:00:01",
          "drop a 12:00:02: the last run has not ended",
          "drop a 12:00:03: the last run has not ended"
      })
  );
  end_run();
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:04"}));
}

TEST_F(JobsTest, KeepTicksWhileTheyRunWithQueue) {
  add_every_second("a", R"(,"overlap":"queue")");
  live_for(3s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:01"}));
  end_run();
  EXPECT_EQ(take(), (Lines{"start a 12:00:02"}));
  end_run();
  EXPECT_EQ(take(), (Lines{"start a 12:00:03"}));
  end_run();
  EXPECT_EQ(take(), Lines());
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:04"}));
}

TEST_F(JobsTest, KeepALimitedNumberOfTicks) {
  add_every_second("a", R"(,"overlap":"queue")");
  live_for(1s + limits::cron_queue_max * 1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:01"}));
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"drop a 12:01:06: too many ticks wait already"}));
}

TEST_F(JobsTest, RunBesideEachOtherWithAllow) {
  add_every_second("a", R"(,"overlap":"allow")");
  live_for(2s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:01", "start a 12:00:02"}));
  EXPECT_FALSE(running.front().is_exclusive);
}

TEST_F(JobsTest, RunBesideEachOtherInALimitedNumber) {
  add_every_second("a", R"(,"overlap":"allow")");
  live_for(limits::cron_runs_max * 1s);
  EXPECT_EQ(take().size(), limits::cron_runs_max);
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"drop a 12:01:05: too many runs have not ended"}));
  end_run();
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:01:06"}));
}

TEST_F(JobsTest, RunOnceAtATime) {
  add("a", R"({"at":"2026-01-01T12:05:00Z"})");
  live_for(1h);
  EXPECT_EQ(take(), (Lines{"start a 12:05:00"}));
  EXPECT_EQ(jobs.wake_at(now), base::never);
  EXPECT_EQ(jobs.size(), 1U);
}

TEST_F(JobsTest, ThatAreNeverDueCostNothing) {
  const auto first = jobs.add("a", schedule(R"({"expression":"0 0 0 30 2 *"})"), now);
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
  EXPECT_EQ(jobs.wake_at(now), base::never);
}

TEST_F(JobsTest, AreLaterByTheirJitter) {
  add("a", R"({"expression":"0 0 * * * *","jitter_ms":60000})");
  const base::WallTime tick(at("2026-01-01T13:00:00Z"));
  bool is_ever_late = false;
  for (int hour = 0; hour < 24; ++hour) {
    const base::WallTime hour_tick = tick + hour * 1h;
    while (orders.starts.empty()) {
      pass(jobs.wake_at(now) - now.monotonic);
      tell_time();
    }
    EXPECT_GE(now.wall, hour_tick);
    EXPECT_LE(now.wall, hour_tick + 60s);
    EXPECT_EQ(orders.starts.front().scheduled, hour_tick);
    is_ever_late = is_ever_late || now.wall > hour_tick + 1s;
    take();
    end_all_runs();
  }
  EXPECT_TRUE(is_ever_late);
}

TEST_F(JobsTest, AreLateOnceWhenTheEngineWasBusy) {
  add_every_second("a", R"(,"overlap":"allow")");
  pass(5s + 300ms);
  tell_time();
  // The one that was waited for, and the one that is due now.
  EXPECT_EQ(take(), (Lines{"start a 12:00:01", "start a 12:00:05"}));
  live_for(1s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:06"}));
}

TEST_F(JobsTest, DoNotRepeatThemselvesWhenTheClockIsSetBack) {
  add_every_second("a");
  live_for(10s);
  take();
  end_all_runs();
  now.wall -= 5s;
  live_for(6s);
  EXPECT_EQ(take(), (Lines{"start a 12:00:11"}));
}

TEST_F(JobsTest, LookAtTheClockEveryMinute) {
  add("a", R"({"at":"2026-01-01T13:00:00Z"})");
  EXPECT_EQ(jobs.wake_at(now), now.monotonic + limits::cron_clock_check_interval);
  pass(30s);
  now.wall += 59min + 29s;  // set forward
  live_for(30s);
  EXPECT_EQ(take(), (Lines{"start a 13:00:00"}));
}

TEST_F(JobsTest, StartAnewWhenTheClockWasWrong) {
  add("a", R"({"expression":"0 0 12 * * *"})");
  now.wall += 24h * 365 * 10;
  live_for(61s);
  EXPECT_EQ(take(), Lines());  // ten years of ticks never were
  live_for(24h);
  EXPECT_EQ(take(), (Lines{"start a 12:00:00"}));
  end_all_runs();
  now.wall -= 24h * 365 * 5;
  live_for(24h);
  EXPECT_EQ(take(), (Lines{"start a 12:00:00"}));
}

TEST_F(JobsTest, CostNothingWhileNoneIsDue) {
  // All are in a zone that counts what it is asked.
  const TestZone& zone = dynamic_cast<const TestZone&>(*zones.find("Europe/Berlin"));
  constexpr std::size_t count = 100'000;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string second = std::to_string(i % 60);
    const std::string minute = std::to_string(i / 60 % 60);
    add(std::to_string(i),
        R"({"timezone":"Europe/Berlin","expression":")" + second + " " + minute + R"( 3 * * *"})");
  }
  const std::size_t asked = zone.questions;
  std::size_t turns = 0;
  while (now.wall + limits::cron_clock_check_interval < base::WallTime(at("2026-01-02T02:00:00Z"))
  ) {
    pass(jobs.wake_at(now) - now.monotonic);
    tell_time();
    ++turns;
  }
  EXPECT_EQ(zone.questions, asked);
  EXPECT_EQ(turns, 14 * 60 - 1);  // a look at the clock each minute
  EXPECT_EQ(take(), Lines());
  live_for(1h + 2min);
  EXPECT_EQ(take().size(), count);
}

TEST_F(JobsTest, ThatAreDueTogetherStartOverSomeTurns) {
  constexpr std::size_t count = limits::cron_starts_per_turn_max * 2 + 1;
  for (std::size_t i = 0; i < count; ++i) {
    add("job " + std::to_string(i), R"({"expression":"0 0 13 * * *"})");
  }
  pass(1h);
  tell_time();
  EXPECT_EQ(take().size(), limits::cron_starts_per_turn_max);
  EXPECT_EQ(jobs.wake_at(now), now.monotonic);
  pass(700ms);
  tell_time();
  pass(700ms);
  tell_time();
  EXPECT_EQ(take().size(), count - limits::cron_starts_per_turn_max);
  EXPECT_GT(jobs.wake_at(now), now.monotonic);
}

}  // namespace
}  // namespace iii::workers::cron
