#include "simulation/cron_year.hpp"

#include "base/assert.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "engine/time_zones.hpp"
#include "protocol/decode.hpp"
#include "protocol/to_worker.hpp"
#include "support/core_texts.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/worker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::test {

namespace to_worker = protocol::to_worker;

CronYear::Engine::Engine(base::Random& random, base::Now now) : core({}, random, now) {
  local_workers.add(
      std::make_unique<workers::cron::CronWorker>(
          workers::cron::Ports{random, std::make_unique<engine::TimeZones>()}
      ),
      core,
      now
  );
}

CronYear::CronYear(std::vector<YearJob> jobs, base::WallTime begin, std::uint64_t seed)
    : jobs_(std::move(jobs)), random_(seed), now_{base::MonotonicTime(), begin} {
  start_engine();
}

void CronYear::live(const std::vector<Outage>& outages, base::WallTime end) {
  for (const Outage& outage : outages) {
    live_until(outage.begin);
    engine_.reset();
    answers_.clear();
    now_.monotonic += outage.end - now_.wall;
    now_.wall = outage.end;
    start_engine();
  }
  live_until(end);
}

void CronYear::start_engine() {
  engine_ = std::make_unique<Engine>(random_, now_);
  settle();
  connection_ = base::ConnectionId(++connections_);
  engine_->core.on_worker_opened(connection_, "127.0.0.1", now_, engine_->effects);
  settle();
  for (const YearJob& job : jobs_) {
    from_worker(register_function("year::" + job.id));
    from_worker(register_trigger(job.id, "cron", "year::" + job.id, job.config));
  }
}

void CronYear::live_until(base::WallTime end) {
  for (;;) {
    base::MonotonicTime next = now_.monotonic + (end - now_.wall);
    if (!answers_.empty()) {
      next = std::min(next, answers_.begin()->first);
    }
    next = std::min({next, engine_->core.next_deadline(), engine_->local_workers.next_deadline()});
    const auto step = std::max(next, now_.monotonic) - now_.monotonic;
    now_ = {now_.monotonic + step, now_.wall + step};
    if (now_.wall >= end) {
      return;
    }
    engine_->core.on_time(now_, engine_->effects);
    settle();
    engine_->local_workers.on_time(now_);
    settle();
    while (!answers_.empty() && answers_.begin()->first <= now_.monotonic) {
      const Answer answer = answers_.begin()->second;
      answers_.erase(answers_.begin());
      from_worker(result(answer.call.value().to_string(), answer.function, "1"));
    }
  }
}

void CronYear::from_worker(std::string_view text) {
  engine_->core.on_message(connection_, protocol::decode(text), now_, engine_->effects);
  settle();
}

void CronYear::settle() {
  core::Effects& effects = engine_->effects;
  do {
    for (const core::Effect& effect : effects.all()) {
      const auto* send = std::get_if<core::SendTo>(&effect);
      if (send == nullptr) {
        continue;
      }
      if (engine::LocalWorkers::is_local(send->to)) {
        engine_->local_workers.deliver(send->to, send->message);
      } else if (const auto* call = std::get_if<to_worker::InvokeFunction>(&send->message)) {
        on_call(*call);
      }
    }
    effects.clear();
  } while (engine_->local_workers.run_next(engine_->core, now_, effects));
}

void CronYear::on_call(const to_worker::InvokeFunction& call) {
  const boost::json::value event = boost::json::parse(call.data_json);
  const std::string id(event.at("job_id").as_string());
  const auto job = std::ranges::find(jobs_, id, &YearJob::id);
  III_ASSERT(job != jobs_.end(), "only the year's jobs run");
  const auto scheduled = workers::cron::parse_time(event.at("scheduled_time").as_string());
  const workers::cron::Instant tick(
      (scheduled.value().local - scheduled->offset.value()).time_since_epoch()
  );
  runs_[id].push_back({tick, now_.wall, now_.wall + job->takes});
  answers_.emplace(now_.monotonic + job->takes, Answer{call.invocation_id, "year::" + id});
}

}  // namespace iii::test
