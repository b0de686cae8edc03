#include "workers/cron/worker.hpp"

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/locks.hpp"
#include "workers/cron/test_zones.hpp"
#include "workers/worker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::cron {
namespace {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;
namespace codes = protocol::codes;
using namespace std::chrono_literals;
using testing::HasSubstr;

// Locks that some engines share: keeps what Locks promises, in memory.
struct SharedLocks {
  std::set<std::pair<std::string, Instant>> taken;
  std::map<base::InvocationId, std::string> held;  // exclusive runs
  std::deque<base::InvocationId> asked;            // with `is_slow`: to be answered
  bool is_slow = false;

  LockAnswer request(const LockRequest& request) {
    if (is_slow) {
      asked.push_back(request.run);
      return LockAnswer::later;
    }
    const bool is_held =
        std::ranges::any_of(held, [&](const auto& run) { return run.second == request.job_id; });
    if ((request.is_exclusive && is_held) || !taken.emplace(request.job_id, request.tick).second) {
      return LockAnswer::refused;
    }
    if (request.is_exclusive) {
      held.emplace(request.run, request.job_id);
    }
    return LockAnswer::granted;
  }
};

class SharedLocksPort final : public Locks {
 public:
  explicit SharedLocksPort(SharedLocks& locks) : locks_(locks) {}
  [[nodiscard]] LockAnswer request(const LockRequest& request, base::Now) override {
    return locks_.request(request);
  }
  void release(base::InvocationId run) override { locks_.held.erase(run); }

 private:
  SharedLocks& locks_;
};

class CronWorkerTest : public testing::Test {
 protected:
  std::string register_trigger(std::string_view id, std::string_view config) {
    return register_trigger(cron, id, config);
  }
  // The refusal, or nothing.
  std::string register_trigger(CronWorker& worker, std::string_view id, std::string_view config) {
    Outputs outputs;
    worker.on_trigger_registered(
        {std::string(id), "cron", "reports::make", std::string(config), {}}, now, outputs
    );
    EXPECT_EQ(outputs.messages.size(), 1U);
    const auto& answer = std::get<from_worker::TriggerRegistrationResult>(outputs.messages.front());
    EXPECT_EQ(answer.id, id);
    EXPECT_EQ(answer.trigger_type, "cron");
    EXPECT_EQ(answer.function_id, "reports::make");
    notes = std::move(outputs.notes);
    return answer.error ? answer.error->code + ": " + answer.error->message : "";
  }
  void unregister_trigger(std::string_view id) {
    Outputs outputs;
    cron.on_trigger_unregistered({std::string(id), "cron"}, now, outputs);
  }
  // What is fired meanwhile.
  std::vector<Firing> live_for(CronWorker& worker, std::chrono::nanoseconds time) {
    std::vector<Firing> firings;
    const base::Now end{now.monotonic + time, now.wall + time};
    while (worker.next_deadline() <= end.monotonic) {
      const auto step = worker.next_deadline() - now.monotonic;
      now = {now.monotonic + step, now.wall + step};
      Outputs outputs;
      worker.on_time(now, outputs);
      notes.insert(notes.end(), outputs.notes.begin(), outputs.notes.end());
      firings.insert(firings.end(), outputs.firings.begin(), outputs.firings.end());
    }
    now = end;
    return firings;
  }
  std::vector<Firing> live_for(std::chrono::nanoseconds time) { return live_for(cron, time); }

  std::vector<Firing> end_run(
      base::InvocationId id, std::optional<protocol::ErrorBody> error = {}
  ) {
    Outputs outputs;
    cron.on_result({id, "1", std::move(error)}, now, outputs);
    notes = std::move(outputs.notes);
    return outputs.firings;
  }

  CronWorker make_worker() {
    return CronWorker(
        {random, std::make_unique<TestZones>(), std::make_unique<SharedLocksPort>(locks)}
    );
  }
  Reply preview(std::string_view input) {
    Outputs outputs;
    cron.on_invoked(
        {base::InvocationId(base::Uuid(1, 2)), "engine::cron::preview", std::string(input)},
        now,
        outputs
    );
    return outputs.replies.at(0);
  }

  base::SeededRandom random{1};
  SharedLocks locks;
  CronWorker cron{{random, std::make_unique<TestZones>()}};
  base::Now now{base::MonotonicTime(1000s), base::WallTime(at("2026-03-02T01:29:00Z"))};
  std::vector<core::Note> notes;
};

constexpr std::string_view every_second = R"({"expression":"* * * * * *"})";

TEST_F(CronWorkerTest, ProvidesTheTriggerTypeAndThePreview) {
  Outputs outputs;
  cron.start(outputs);
  ASSERT_EQ(outputs.messages.size(), 2U);
  const auto& type = std::get<from_worker::RegisterTriggerType>(outputs.messages[0]);
  EXPECT_EQ(type.id, "cron");
  EXPECT_EQ(type.description, "Cron-based scheduled triggers");
  EXPECT_EQ(
      boost::json::parse(type.call_request_format).at("required"),
      boost::json::parse(R"(["trigger","job_id","scheduled_time","actual_time"])")
  );
  EXPECT_TRUE(boost::json::parse(type.trigger_request_format)
                  .at("properties")
                  .as_object()
                  .contains("condition_function_id"));
  const auto& function = std::get<from_worker::RegisterFunction>(outputs.messages[1]);
  EXPECT_EQ(function.id, "engine::cron::preview");
  boost::json::parse(function.request_format);
  boost::json::parse(function.response_format);
}

TEST_F(CronWorkerTest, FiresWithTheEventOfTheReference) {
  EXPECT_EQ(register_trigger("job-1", R"({"expression":"0 30 1 * * *"})"), "");
  const std::vector<Firing> firings = live_for(2min);
  ASSERT_EQ(firings.size(), 1U);
  EXPECT_EQ(firings[0].trigger_id, "job-1");
  EXPECT_TRUE(firings[0].id);
  EXPECT_EQ(
      firings[0].payload_json,
      R"({"actual_time":"2026-03-02T01:30:00+00:00","job_id":"job-1",)"
      R"("scheduled_time":"2026-03-02T01:30:00+00:00","trigger":"cron"})"
  );
}

TEST_F(CronWorkerTest, TellsTheTimeAtWhichItReallyFires) {
  register_trigger("a\"b", R"({"expression":"0 30 1 * * *"})");
  now = {now.monotonic + 61'001'734'512ns, now.wall + 61'001'734'512ns};
  Outputs outputs;
  cron.on_time(now, outputs);
  ASSERT_EQ(outputs.firings.size(), 1U);
  const boost::json::value event = boost::json::parse(outputs.firings[0].payload_json);
  EXPECT_EQ(event.at("job_id"), "a\"b");
  EXPECT_EQ(event.at("scheduled_time"), "2026-03-02T01:30:00+00:00");
  EXPECT_EQ(event.at("actual_time"), "2026-03-02T01:30:01.001734512+00:00");
}

TEST_F(CronWorkerTest, RefusesWhatItCannotDo) {
  EXPECT_EQ(
      register_trigger("job-1", "{}"), "trigger_registration_failed: Cron expression is required"
  );
  EXPECT_THAT(
      register_trigger("job-1", R"({"expression":"30 1 * * *"})"),
      HasSubstr("Invalid cron expression '30 1 * * *': it has 5 fields")
  );
  EXPECT_EQ(register_trigger("job-1", every_second), "");
  EXPECT_EQ(
      register_trigger("job-1", every_second),
      "trigger_registration_failed: Cron job 'job-1' is already registered"
  );
  EXPECT_EQ(cron.jobs(), 1U);
}

TEST_F(CronWorkerTest, AcceptsWhatIsNeverDueAndSaysSoInTheLog) {
  EXPECT_EQ(register_trigger("job-1", R"({"expression":"0 0 0 30 2 *"})"), "");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].event, "cron_job_never_due");
}

TEST_F(CronWorkerTest, FiresAgainOnceTheFunctionHasEnded) {
  register_trigger("job-1", every_second);
  const std::vector<Firing> first = live_for(3s);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(end_run(*first[0].id).empty());
  EXPECT_EQ(live_for(1s).size(), 1U);
}

TEST_F(CronWorkerTest, FiresAtOnceWhatHasWaited) {
  register_trigger("job-1", R"({"expression":"* * * * * *","overlap":"queue"})");
  const std::vector<Firing> first = live_for(2s);
  ASSERT_EQ(first.size(), 1U);
  const std::vector<Firing> second = end_run(*first[0].id);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_THAT(second[0].payload_json, HasSubstr(R"("scheduled_time":"2026-03-02T01:29:02+00:00")"));
}

TEST_F(CronWorkerTest, GoesOnAfterFailuresAndNotesThem) {
  register_trigger("job-1", every_second);
  const auto fail = [&](std::string_view code) {
    const std::vector<Firing> firings = live_for(1s);
    EXPECT_EQ(firings.size(), 1U);
    end_run(*firings.at(0).id, protocol::error_body(code, "because"));
    return notes.empty() ? "" : std::string(notes.at(0).event);
  };
  EXPECT_EQ(fail("oops"), "cron_run_failed");
  EXPECT_EQ(fail(codes::function_not_found), "cron_run_failed");
  EXPECT_EQ(fail(codes::condition_not_met), "");
  EXPECT_EQ(fail(codes::condition_failed), "");
  EXPECT_EQ(fail(codes::engine_stopping), "");
  EXPECT_EQ(cron.runs(), 0U);
}

TEST_F(CronWorkerTest, EndsWithItsTrigger) {
  register_trigger("job-1", every_second);
  const std::vector<Firing> firings = live_for(1s);
  unregister_trigger("job-1");
  unregister_trigger("job-1");
  EXPECT_EQ(cron.next_deadline(), base::never);
  EXPECT_TRUE(end_run(*firings.at(0).id).empty());
  EXPECT_EQ(cron.runs(), 0U);
  EXPECT_EQ(register_trigger("job-1", every_second), "");
  EXPECT_EQ(live_for(1s).size(), 1U);
}

TEST_F(CronWorkerTest, IgnoresResultsThatItDoesNotWaitFor) {
  EXPECT_TRUE(end_run(base::InvocationId(base::Uuid(1, 1))).empty());
}

// --- Locks ---

TEST_F(CronWorkerTest, TwoEnginesRunEachTickOnce) {
  CronWorker one = make_worker();
  CronWorker other = make_worker();
  EXPECT_EQ(register_trigger(one, "shared", every_second), "");
  EXPECT_EQ(register_trigger(other, "shared", every_second), "");
  const base::Now start = now;
  std::map<std::string, int> runs;
  const auto live = [&](CronWorker& worker, std::chrono::nanoseconds time) {
    for (const Firing& firing : live_for(worker, time)) {
      const auto event = boost::json::parse(firing.payload_json);
      ++runs[std::string(event.at("scheduled_time").as_string())];
      Outputs outputs;
      worker.on_result({*firing.id, "1", {}}, now, outputs);
    }
  };
  for (int second = 0; second < 60; ++second) {
    // The other engine's clock is late by some milliseconds: the first has ended by then.
    now = {start.monotonic + second * 1s, start.wall + second * 1s};
    live(one, 1s);
    now = {start.monotonic + second * 1s, start.wall + second * 1s};
    live(other, 1s + 5ms);
  }
  EXPECT_EQ(runs.size(), 60U);
  for (const auto& [tick, count] : runs) {
    EXPECT_EQ(count, 1) << tick;
  }
}

TEST_F(CronWorkerTest, AJobThatRunsElsewhereIsNotStarted) {
  CronWorker one = make_worker();
  CronWorker other = make_worker();
  register_trigger(one, "shared", every_second);
  register_trigger(other, "shared", every_second);
  const std::vector<Firing> first = live_for(one, 1s);
  ASSERT_EQ(first.size(), 1U);
  now = {now.monotonic - 1s, now.wall - 1s};
  EXPECT_TRUE(live_for(other, 3s).empty());
  Outputs outputs;
  one.on_result({*first[0].id, "1", {}}, now, outputs);
  EXPECT_EQ(live_for(other, 1s).size(), 1U);
}

TEST_F(CronWorkerTest, WaitsForALockThatIsAnsweredLater) {
  locks.is_slow = true;
  CronWorker worker = make_worker();
  register_trigger(worker, "job-1", R"({"expression":"* * * * * *","overlap":"queue"})");
  EXPECT_TRUE(live_for(worker, 2s).empty());
  ASSERT_EQ(locks.asked.size(), 1U);
  Outputs outputs;
  worker.on_lock_answered(locks.asked[0], true, now, outputs);
  ASSERT_EQ(outputs.firings.size(), 1U);
  EXPECT_EQ(outputs.firings[0].id, locks.asked[0]);
  worker.on_result({locks.asked[0], "1", {}}, now, outputs);
  ASSERT_EQ(locks.asked.size(), 2U);  // for the tick that has waited
  worker.on_lock_answered(locks.asked[1], false, now, outputs);
  EXPECT_EQ(outputs.firings.size(), 1U);
  EXPECT_EQ(worker.runs(), 0U);
  EXPECT_TRUE(live_for(worker, 1s).empty());
  EXPECT_EQ(locks.asked.size(), 3U);
}

TEST_F(CronWorkerTest, ARemovedJobDoesNotFireWhenItsLockIsAnswered) {
  locks.is_slow = true;
  CronWorker worker = make_worker();
  register_trigger(worker, "job-1", every_second);
  live_for(worker, 1s);
  Outputs outputs;
  worker.on_trigger_unregistered({"job-1", "cron"}, now, outputs);
  worker.on_lock_answered(locks.asked.at(0), true, now, outputs);
  // The core finds no trigger and says so; the lock is released then.
  ASSERT_EQ(outputs.firings.size(), 1U);
  worker.on_result(
      {*outputs.firings[0].id, {}, protocol::error_body("NOT_FOUND", "")}, now, outputs
  );
  EXPECT_EQ(worker.runs(), 0U);
}

// --- Preview ---

TEST_F(CronWorkerTest, PreviewsTheNextTimes) {
  const Reply reply =
      preview(R"({"expression":"0 30 2 * * *","timezone":"Europe/Berlin","count":2,)"
              R"("after":"2026-03-28T12:00:00Z"})");
  EXPECT_FALSE(reply.error);
  EXPECT_EQ(boost::json::parse(reply.result_json), boost::json::parse(R"({"times":[
        {"time":"2026-03-29T01:00:00+00:00","local_time":"2026-03-29T03:00:00+02:00"},
        {"time":"2026-03-30T00:30:00+00:00","local_time":"2026-03-30T02:30:00+02:00"}]})"));
  const Reply five = preview(R"({"expression":"* * * * * *"})");
  EXPECT_EQ(boost::json::parse(five.result_json).at("times").as_array().size(), 5U);
  const Reply once = preview(R"({"at":"2026-03-02T01:30:00Z"})");
  EXPECT_EQ(boost::json::parse(once.result_json).at("times").as_array().size(), 1U);
  const Reply never = preview(R"({"expression":"0 0 0 30 2 *"})");
  EXPECT_EQ(never.result_json, R"({"times":[]})");
}

TEST_F(CronWorkerTest, PreviewsNothingThatCannotBe) {
  const auto refusal = [&](std::string_view input) {
    const Reply reply = preview(input);
    return reply.error ? reply.error->code + ": " + reply.error->message : reply.result_json;
  };
  EXPECT_EQ(refusal("{}"), "INVALID_ARGUMENTS: Cron expression is required");
  EXPECT_THAT(refusal("null"), HasSubstr("deserialization_error"));
  EXPECT_THAT(refusal(R"({"expression":"nope"})"), HasSubstr("INVALID_ARGUMENTS: Invalid cron"));
  EXPECT_THAT(
      refusal(R"({"expression":"@daily","count":1001})"), HasSubstr("deserialization_error")
  );
  EXPECT_THAT(
      refusal(R"({"expression":"@daily","after":"2026-03-02T01:30:00"})"),
      HasSubstr("INVALID_ARGUMENTS: 'after' must be")
  );
  EXPECT_THAT(
      refusal(R"({"expression":"@daily","timezone":"Nowhere"})"), HasSubstr("'timezone' 'Nowhere'")
  );
  EXPECT_THAT(refusal(std::string(2'000'000, ' ')), HasSubstr("payload_too_large"));
}

}  // namespace
}  // namespace iii::workers::cron
