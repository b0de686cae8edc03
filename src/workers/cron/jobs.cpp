#include "workers/cron/jobs.hpp"

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/schedule.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::cron {

namespace limits = base::limits;
using std::chrono::seconds;

namespace {

Instant whole_second(base::WallTime time) {
  return std::chrono::floor<seconds>(time);
}

}  // namespace

std::string_view to_string(DropReason reason) noexcept {
  switch (reason) {
    case DropReason::still_running:
      return "the last run has not ended";
    case DropReason::queue_full:
      return "too many ticks wait already";
    case DropReason::too_many_runs:
      return "too many runs have not ended";
  }
  return "";
}

EngineResult<std::optional<Instant>> Jobs::add(std::string id, Schedule schedule, base::Now now) {
  if (jobs_.contains(id)) {
    return EngineError{
        EngineErrorCode::already_exists, "Cron job '" + id + "' is already registered"
    };
  }
  if (agenda_.empty()) {
    last_ = now;
  }
  Job& job = jobs_[id];
  job.id = std::move(id);
  job.number = JobNumber(next_number_++);
  job.schedule = schedule;
  plan(job, whole_second(now.wall));
  return job.next;
}

bool Jobs::remove(std::string_view id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) {
    return false;
  }
  leave_agenda(found->second);
  jobs_.erase(found);
  return true;
}

void Jobs::on_time(base::Now now, Orders& orders) {
  if (is_clock_set_anew(now)) {
    for (auto& [id, job] : jobs_) {
      plan(job, whole_second(now.wall));
    }
  }
  last_ = now;
  for (std::size_t n = 0; n < limits_.starts_per_turn_max && !agenda_.empty(); ++n) {
    const auto first = agenda_.begin();
    if (first->first.first > now.wall) {
      return;
    }
    Job& job = *first->second;
    III_ASSERT(job.next, "what stands in the agenda has a next tick");
    const Instant tick = *job.next;
    // Ticks that have passed for more than a second are too late; only the one that was waited for
    // still comes.
    plan(job, std::max(tick, whole_second(now.wall) - seconds(1)));
    meet(job, tick, orders);
  }
}

void Jobs::on_ended(const Tick& tick, Orders& orders) {
  const auto found = jobs_.find(tick.job_id);
  if (found == jobs_.end() || found->second.number != tick.job) {
    return;
  }
  Job& job = found->second;
  III_ASSERT(job.running != 0, "a run ends once");
  --job.running;
  if (!job.waiting.empty()) {
    const Instant next = job.waiting.front();
    job.waiting.erase(job.waiting.begin());
    start(job, next, orders);
  }
}

base::MonotonicTime Jobs::wake_at(base::Now now) const {
  if (agenda_.empty()) {
    return base::never;
  }
  const base::WallTime first = agenda_.begin()->first.first;
  if (first <= now.wall) {
    return now.monotonic;
  }
  return now.monotonic +
         std::min<std::chrono::nanoseconds>(first - now.wall, limits::cron_clock_check_interval);
}

void Jobs::plan(Job& job, Instant after) {
  leave_agenda(job);
  job.next = job.schedule.next_after(after);
  if (!job.next) {
    return;
  }
  std::chrono::milliseconds delay(0);
  if (job.schedule.jitter.count() != 0) {
    const auto choices = static_cast<std::uint64_t>(job.schedule.jitter.count()) + 1;
    delay = std::chrono::milliseconds(static_cast<std::int64_t>(random_.next() % choices));
  }
  job.due = {base::WallTime(*job.next) + delay, job.number};
  agenda_.emplace(job.due, &job);
}

void Jobs::leave_agenda(Job& job) {
  if (job.next) {
    agenda_.erase(job.due);
    job.next.reset();
  }
}

void Jobs::meet(Job& job, Instant tick, Orders& orders) {
  const auto drop = [&](DropReason reason) {
    orders.drops.push_back({tick_of(job, tick), reason});
  };
  if (job.running == 0) {
    start(job, tick, orders);
    return;
  }
  switch (job.schedule.overlap) {
    case Overlap::skip:
      drop(DropReason::still_running);
      return;
    case Overlap::queue:
      if (job.waiting.size() < limits_.queue_max) {
        job.waiting.push_back(tick);
      } else {
        drop(DropReason::queue_full);
      }
      return;
    case Overlap::allow:
      if (job.running < limits_.runs_max) {
        start(job, tick, orders);
      } else {
        drop(DropReason::too_many_runs);
      }
      return;
  }
}

void Jobs::start(Job& job, Instant tick, Orders& orders) {
  ++job.running;
  orders.starts.push_back(tick_of(job, tick));
}

Tick Jobs::tick_of(const Job& job, Instant scheduled) {
  return {job.id, job.number, scheduled, job.schedule.overlap != Overlap::allow};
}

bool Jobs::is_clock_set_anew(base::Now now) const {
  if (!last_) {
    return false;
  }
  const auto step = (now.wall - last_->wall) - (now.monotonic - last_->monotonic);
  return std::chrono::abs(step) > limits::cron_clock_step_max;
}

}  // namespace iii::workers::cron
