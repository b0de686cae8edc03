// The built-in worker `iii-cron`: trigger type `cron` and the function engine::cron::preview (spec:
// cron). Asks for the lock of each tick that is due, lets the core run the trigger's condition and
// function, and learns how that ended.
//
// Jobs live in memory: nothing is remembered over a restart, and ticks that pass meanwhile are
// dropped.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "workers/cron/jobs.hpp"
#include "workers/cron/locks.hpp"
#include "workers/cron/zone.hpp"
#include "workers/worker.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace iii::workers::cron {

struct Ports {
  base::Random& random;
  std::unique_ptr<Zones> zones;
  std::unique_ptr<Locks> locks = std::make_unique<LocalLocks>();
  JobLimits limits = {};
};

class CronWorker final : public Worker {
 public:
  explicit CronWorker(Ports ports);

  [[nodiscard]] core::LocalWorker identity() const override;
  void start(Outputs& outputs) override;
  void on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) override;
  void on_trigger_registered(
      const protocol::to_worker::RegisterTrigger& trigger, base::Now now, Outputs& outputs
  ) override;
  void on_trigger_unregistered(
      const protocol::to_worker::UnregisterTrigger& trigger, base::Now now, Outputs& outputs
  ) override;
  void on_result(const CallResult& result, base::Now now, Outputs& outputs) override;
  void on_time(base::Now now, Outputs& outputs) override;
  [[nodiscard]] base::MonotonicTime next_deadline() const override { return deadline_; }

  // The answer to a request that Locks answered with `later`.
  void on_lock_answered(base::InvocationId run, bool is_granted, base::Now now, Outputs& outputs);

  [[nodiscard]] std::size_t jobs() const { return jobs_.size(); }
  [[nodiscard]] std::size_t runs() const { return runs_.size(); }

 private:
  // Carries out what the machine ordered, and what follows from that.
  void settle(Orders orders, base::Now now, Outputs& outputs);
  void begin(const Tick& tick, base::Now now, Outputs& outputs, Orders& following);
  void fire(base::InvocationId run, const Tick& tick, base::Now now, Outputs& outputs);
  void note_failure(const Tick& tick, const protocol::ErrorBody& error, Outputs& outputs);

  base::Random& random_;
  std::unique_ptr<Zones> zones_;
  std::unique_ptr<Locks> locks_;
  Jobs jobs_;
  boost::unordered_flat_map<base::InvocationId, Tick, std::hash<base::InvocationId>> runs_;
  base::MonotonicTime deadline_ = base::never;
};

}  // namespace iii::workers::cron
