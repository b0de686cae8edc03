// A year of schedules in virtual time: the real core and cron worker with the time zone database,
// one remote worker, and an engine that is stopped and started again. Time jumps from one deadline
// to the next. What happened is kept for the checks.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/local_workers.hpp"
#include "workers/cron/clock_time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

// A trigger of the worker, and how long its function takes.
struct YearJob {
  std::string id;
  std::string config;
  std::chrono::nanoseconds takes{0};
};

struct YearRun {
  workers::cron::Instant scheduled;
  base::WallTime begin;
  base::WallTime end;  // of the function; it is lost when the engine stops before
};

// The engine was not there, or did not know the jobs: from `begin` to `end`.
struct Outage {
  base::WallTime begin;
  base::WallTime end;
};

class CronYear {
 public:
  CronYear(std::vector<YearJob> jobs, base::WallTime begin, std::uint64_t seed);

  // Lives until `end`; stops the engine at the beginning of each outage and starts it at its end.
  void live(const std::vector<Outage>& outages, base::WallTime end);

  [[nodiscard]] const std::vector<YearRun>& runs(const std::string& job) { return runs_[job]; }

 private:
  struct Engine {
    Engine(base::Random& random, base::Now now);
    core::Core core;
    engine::LocalWorkers local_workers;
    core::Effects effects;
  };
  struct Answer {
    base::InvocationId call;
    std::string function;
  };

  void start_engine();
  void live_until(base::WallTime end);
  void from_worker(std::string_view text);
  void settle();
  void on_call(const protocol::to_worker::InvokeFunction& call);

  std::vector<YearJob> jobs_;
  base::SeededRandom random_;
  base::Now now_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t connections_ = 0;
  base::ConnectionId connection_;
  std::multimap<base::MonotonicTime, Answer> answers_;
  std::map<std::string, std::vector<YearRun>> runs_;
};

}  // namespace iii::test
