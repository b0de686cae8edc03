// The jobs of the cron worker, as a machine: which tick is due, which one runs, waits or is
// dropped. Time comes in with each event; what is to be started comes out.
//
//   job: idle -> (tick due) running -> (run ended) idle, or running for a tick that waited
//
// One agenda holds the next tick of every job, so that any number of jobs costs nothing until the
// next one is due. A tick is never due twice, whatever the wall clock does: the next one is later
// than the last. If the clock moves by more than limits::cron_clock_step_max beside the passing of
// time, it was wrong, and all jobs start anew from what it shows now.
//
// Does not call functions, know conditions or ask for locks: worker.hpp does.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "workers/cron/clock_time.hpp"
#include "workers/cron/schedule.hpp"

#include <iii/engine_error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::cron {

// One registration. Never used twice, so that a late end of a run does not meet a successor that
// has the same id.
using JobNumber = base::Id<struct JobTag, std::uint64_t>;

// A tick of a job.
struct Tick {
  std::string job_id;
  JobNumber job;
  Instant scheduled;
  bool is_exclusive = true;  // no other run of the job beside it

  friend bool operator==(const Tick&, const Tick&) = default;
};

enum class DropReason : std::uint8_t {
  still_running,  // overlap: skip
  queue_full,     // JobLimits::queue_max
  too_many_runs,  // JobLimits::runs_max
};
[[nodiscard]] std::string_view to_string(DropReason reason) noexcept;

struct Drop {
  Tick tick;
  DropReason reason;

  friend bool operator==(const Drop&, const Drop&) = default;
};

struct Orders {
  std::vector<Tick> starts;
  std::vector<Drop> drops;
};

struct JobLimits {
  std::size_t runs_max = base::limits::cron_runs_max;    // of a job at once, overlap: allow
  std::size_t queue_max = base::limits::cron_queue_max;  // ticks of a job that wait
  std::size_t starts_per_turn_max = base::limits::cron_starts_per_turn_max;  // not 0
};

class Jobs {
 public:
  explicit Jobs(base::Random& random, JobLimits limits = {}) : random_(random), limits_(limits) {}

  // The first tick, if there will ever be one; `already_exists`.
  [[nodiscard]] EngineResult<std::optional<Instant>> add(
      std::string id, Schedule schedule, base::Now now
  );
  // False: there is none. Its runs go on; nobody waits for their end.
  bool remove(std::string_view id);

  void on_time(base::Now now, Orders& orders);
  // A tick that was started has been dealt with.
  void on_ended(const Tick& tick, Orders& orders);

  // When on_time is to be called next.
  [[nodiscard]] base::MonotonicTime wake_at(base::Now now) const;
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }

 private:
  using Due = std::pair<base::WallTime, JobNumber>;
  struct Job {
    std::string id;
    JobNumber number;
    Schedule schedule;
    std::optional<Instant> next;  // tick
    Due due;                      // its place in the agenda
    std::size_t running = 0;
    std::vector<Instant> waiting;  // oldest first
  };

  // Computes the next tick and enters it in the agenda.
  void plan(Job& job, Instant after);
  void leave_agenda(Job& job);
  void meet(Job& job, Instant tick, Orders& orders);
  void start(Job& job, Instant tick, Orders& orders);
  [[nodiscard]] static Tick tick_of(const Job& job, Instant scheduled);
  [[nodiscard]] bool is_clock_set_anew(base::Now now) const;

  base::Random& random_;
  JobLimits limits_;
  std::map<std::string, Job, std::less<>> jobs_;
  std::map<Due, Job*> agenda_;
  std::uint64_t next_number_ = 1;
  std::optional<base::Now> last_;
};

}  // namespace iii::workers::cron
