// Work of the handler pool that keeps its order.
#pragma once

#include "base/job.hpp"
#include "sdk/handler_pool.hpp"

#include <memory>

namespace iii::sdk {

// Jobs that run one after the other, in order, on the threads of a pool. Any thread.
class SerialJobs {
 public:
  explicit SerialJobs(HandlerPool& pool, HandlerPool::Fate fate);
  // When the pool has stopped, it runs here.
  void post(base::Job job);

 private:
  struct State;
  HandlerPool& pool_;
  HandlerPool::Fate fate_;
  std::shared_ptr<State> state_;
};

}  // namespace iii::sdk
