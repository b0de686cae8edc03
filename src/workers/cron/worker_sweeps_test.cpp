// The sweeps over a job's life: a run that fails, or lasts, or an engine that is late, at each
// tick; the smallest limits; a schedule that is cut anywhere.
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "support/sweeps.hpp"
#include "workers/cron/jobs.hpp"
#include "workers/cron/locks.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/cron/worker.hpp"
#include "workers/worker.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::cron {
namespace {

using namespace std::chrono_literals;
using iii::test::sweep_cuts;
using iii::test::sweep_failures;
using iii::test::sweep_late;
using iii::test::sweep_tiny;

constexpr std::size_t ticks = 6;

// A job of every second, whose function the test ends.
class Life {
 public:
  explicit Life(std::string_view overlap, JobLimits limits = {}, std::size_t jobs = 1)
      : cron_{{random_, std::make_unique<TestZones>(), std::make_unique<LocalLocks>(), limits}} {
    const std::string config =
        R"({"expression":"* * * * * *","overlap":")" + std::string(overlap) + R"("})";
    for (std::size_t i = 0; i < jobs; ++i) {
      EXPECT_EQ(register_trigger(config, "job" + std::string(i, '\'')), "");
    }
  }

  std::string register_trigger(std::string_view config, std::string id = "job") {
    Outputs outputs;
    cron_.on_trigger_registered(
        {std::move(id), "cron", "f", std::string(config), {}}, now_, outputs
    );
    const auto& answer =
        std::get<protocol::from_worker::TriggerRegistrationResult>(outputs.messages.at(0));
    return answer.error ? answer.error->code : "";
  }
  void unregister_trigger() {
    Outputs outputs;
    cron_.on_trigger_unregistered({"job", "cron"}, now_, outputs);
  }

  // To the next deadline of the worker, and beyond.
  void go_on(std::chrono::nanoseconds late = 0s) {
    const auto step = cron_.next_deadline() - now_.monotonic + late;
    now_ = {now_.monotonic + step, now_.wall + step};
    Outputs outputs;
    cron_.on_time(now_, outputs);
    take(outputs);
  }
  void end_run(std::optional<std::string_view> code = {}) {
    Outputs outputs;
    std::optional<protocol::ErrorBody> error;
    if (code) {
      error = protocol::error_body(*code, "because");
    }
    const base::InvocationId run = running.front();
    running.erase(running.begin());
    cron_.on_result({run, "1", std::move(error)}, now_, outputs);
    take(outputs);
  }

  [[nodiscard]] const CronWorker& cron() const { return cron_; }

  std::vector<base::InvocationId> running;
  std::vector<std::string> fired;  // the scheduled times
  std::size_t dropped = 0;         // ticks, with a note

 private:
  void take(const Outputs& outputs) {
    dropped += static_cast<std::size_t>(
        std::ranges::count(outputs.notes, "cron_tick_dropped", &core::Note::event)
    );
    for (const Firing& firing : outputs.firings) {
      running.push_back(*firing.id);
      const auto event = boost::json::parse(firing.payload_json);
      fired.emplace_back(event.at("scheduled_time").as_string());
    }
  }

  base::SeededRandom random_{1};
  CronWorker cron_;
  base::Now now_{base::MonotonicTime(1000s), base::WallTime(at("2026-03-02T01:29:00Z"))};
};

void expect_no_tick_twice(const Life& life) {
  EXPECT_TRUE(std::ranges::is_sorted(life.fired));
  EXPECT_EQ(std::ranges::adjacent_find(life.fired), life.fired.end());
}

TEST(CronSweeps, a_job_goes_on_whichever_run_fails) {
  for (const std::string_view code :
       {std::string_view("oops"),
        protocol::codes::function_not_found,
        protocol::codes::condition_not_met,
        protocol::codes::condition_failed}) {
    const std::size_t runs = sweep_failures([&](std::size_t step) {
      if (step == ticks) {
        return false;
      }
      Life life("skip");
      for (std::size_t i = 0; i < ticks; ++i) {
        life.go_on();
        EXPECT_EQ(life.running.size(), 1U);
        life.end_run(i == step ? std::optional(code) : std::nullopt);
      }
      EXPECT_EQ(life.fired.size(), ticks);
      expect_no_tick_twice(life);
      EXPECT_EQ(life.cron().runs(), 0U);
      return true;
    });
    EXPECT_EQ(runs, ticks);
  }
}

TEST(CronSweeps, a_job_ends_at_whichever_tick_its_trigger_goes) {
  const std::size_t steps = sweep_failures([](std::size_t step) {
    if (step == ticks) {
      return false;
    }
    Life life("queue");
    for (std::size_t i = 0; i <= step; ++i) {
      life.go_on();  // The first run lasts; the other ticks wait.
    }
    life.unregister_trigger();
    EXPECT_EQ(life.cron().next_deadline(), base::never);
    life.end_run();
    EXPECT_EQ(life.fired.size(), 1U);
    EXPECT_EQ(life.cron().runs(), 0U);
    return true;
  });
  EXPECT_EQ(steps, ticks);
}

// The run of one tick lasts over the two ticks after it.
TEST(CronSweeps, a_run_that_lasts_delays_or_drops_what_is_due_meanwhile) {
  struct Policy {
    std::string_view overlap;
    std::size_t fired;
  };
  for (const Policy policy : {Policy{"skip", ticks - 2}, {"queue", ticks}, {"allow", ticks}}) {
    const std::size_t runs = sweep_late([&](std::size_t late) {
      if (late == ticks - 2) {
        return false;
      }
      Life life(policy.overlap);
      for (std::size_t i = 0; i < ticks; ++i) {
        life.go_on();
        if (i < late || i >= late + 2) {
          while (!life.running.empty()) {
            life.end_run();
          }
        }
      }
      EXPECT_EQ(life.fired.size(), policy.fired) << policy.overlap;
      expect_no_tick_twice(life);
      EXPECT_EQ(life.cron().runs(), 0U);
      return true;
    });
    EXPECT_EQ(runs, ticks - 2);
  }
}

TEST(CronSweeps, an_engine_that_is_late_makes_up_for_one_tick) {
  const std::size_t deadlines = sweep_late([](std::size_t late) {
    if (late == ticks) {
      return false;
    }
    Life life("skip");
    for (std::size_t i = 0; i < ticks; ++i) {
      life.go_on(i == late ? 10s : 0s);
      EXPECT_EQ(life.running.size(), 1U);
      life.end_run();
    }
    EXPECT_EQ(life.fired.size(), ticks);
    expect_no_tick_twice(life);
    return true;
  });
  EXPECT_EQ(deadlines, ticks);
}

TEST(CronSweeps, whatever_may_wait_the_rest_is_dropped) {
  sweep_tiny(ticks - 1, [](std::size_t limit) {
    Life life("queue", {.queue_max = limit});
    for (std::size_t i = 0; i < ticks; ++i) {
      life.go_on();
    }
    EXPECT_EQ(life.running.size(), 1U);
    EXPECT_EQ(life.dropped, ticks - 1 - limit);
    while (!life.running.empty()) {
      life.end_run();
    }
    EXPECT_EQ(life.fired.size(), 1 + limit);
    expect_no_tick_twice(life);
    EXPECT_EQ(life.cron().runs(), 0U);
    life.go_on();
    EXPECT_EQ(life.fired.size(), 1 + limit + 1);
  });
}

TEST(CronSweeps, however_many_may_run_the_rest_is_dropped) {
  sweep_tiny(ticks, [](std::size_t limit) {
    const std::size_t runs = std::max<std::size_t>(limit, 1);  // A job that never runs is none.
    Life life("allow", {.runs_max = limit});
    for (std::size_t i = 0; i < ticks; ++i) {
      life.go_on();
    }
    EXPECT_EQ(life.running.size(), runs);
    EXPECT_EQ(life.dropped, ticks - runs);
    expect_no_tick_twice(life);
    life.end_run();
    life.go_on();
    EXPECT_EQ(life.running.size(), runs);
    EXPECT_EQ(life.dropped, ticks - runs);
  });
}

TEST(CronSweeps, however_few_start_in_a_turn_all_start) {
  constexpr std::size_t jobs = 6;
  sweep_tiny(jobs - 1, [&](std::size_t limit) {
    const std::size_t at_once = limit + 1;
    Life life("skip", {.starts_per_turn_max = at_once}, jobs);
    for (std::size_t started = 0; started < jobs;) {
      life.go_on();
      const std::size_t expected = std::min(started + at_once, jobs);
      ASSERT_EQ(life.fired.size(), expected);
      started = expected;
    }
    EXPECT_EQ(std::ranges::count(life.fired, life.fired.front()), std::ptrdiff_t{jobs});
    EXPECT_EQ(life.dropped, 0U);
  });
}

TEST(CronSweeps, a_schedule_that_is_cut_is_refused_with_a_reason) {
  Life life("skip");
  sweep_cuts(
      R"({"expression":"0 30 2 * * *","timezone":"Europe/Berlin"})",
      [&](std::span<const std::string_view> pieces) {
        if (pieces.size() == 2) {
          life.unregister_trigger();
          EXPECT_EQ(life.register_trigger(pieces[0]), "trigger_registration_failed");
          EXPECT_EQ(life.cron().jobs(), 0U);
        }
      }
  );
}

}  // namespace
}  // namespace iii::workers::cron
