// engine::log::* and engine::baggage::* (spec: engine-core §8.4): log lines of workers go to the
// engine's log, baggage functions show what came with the call. Stored logs, traces and metrics are
// not here yet.
#pragma once

#include "workers/worker.hpp"

namespace iii::workers {

class LogFunctions final : public Worker {
 public:
  [[nodiscard]] core::LocalWorker identity() const override;
  void start(Outputs& outputs) override;
  void on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) override;
};

}  // namespace iii::workers
