// The worker inside of the test engine that calls functions on behalf of a test: what fires
// triggers. Lives behind the test engine's lock.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "workers/worker.hpp"

#include <functional>
#include <map>

namespace iii::inline v0::testing {

class FiringWorker final : public workers::Worker {
 public:
  using OnEnded = std::function<void(const workers::CallResult& result)>;

  void await(base::InvocationId id, OnEnded on_ended) {
    awaited_.insert_or_assign(id, std::move(on_ended));
  }

  [[nodiscard]] core::LocalWorker identity() const override {
    return {.name = "test", .description = "Fires triggers for a test."};
  }
  void start(workers::Outputs&) override {}
  void on_invoked(const workers::Invocation&, base::Now, workers::Outputs&) override {}
  void on_result(const workers::CallResult& result, base::Now, workers::Outputs&) override {
    if (auto awaited = awaited_.extract(result.id)) {
      awaited.mapped()(result);
    }
  }

 private:
  std::map<base::InvocationId, OnEnded> awaited_;
};

}  // namespace iii::inline v0::testing
