// Who runs a tick, where several engines have the same jobs: the port to whatever they share. An
// engine on its own needs none: LocalLocks grants everything.
//
// An implementation keeps two promises. A tick is granted once, and stays taken after its run has
// ended, so that clocks may differ by less than a tick's distance. And while a run with
// `is_exclusive` lasts, no other run of its job is granted; what an engine that has crashed held
// becomes free after a while.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "workers/cron/clock_time.hpp"

#include <cstdint>
#include <string_view>

namespace iii::workers::cron {

struct LockRequest {
  base::InvocationId run;  // names the request
  std::string_view job_id;
  Instant tick;
  bool is_exclusive = true;
};

enum class LockAnswer : std::uint8_t {
  granted,
  refused,  // another engine runs the tick, or the job
  later,    // CronWorker::on_lock_answered will be called, once
};

class Locks {
 public:
  Locks() = default;
  Locks(const Locks&) = delete;
  Locks& operator=(const Locks&) = delete;
  virtual ~Locks() = default;

  [[nodiscard]] virtual LockAnswer request(const LockRequest& request, base::Now now) = 0;
  // The run that was granted has ended.
  virtual void release(base::InvocationId run) = 0;
};

class LocalLocks final : public Locks {
 public:
  [[nodiscard]] LockAnswer request(const LockRequest&, base::Now) override {
    return LockAnswer::granted;
  }
  void release(base::InvocationId) override {}
};

}  // namespace iii::workers::cron
