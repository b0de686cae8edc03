#include "simulation/in_process_worker.hpp"

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "simulation/journal.hpp"
#include "simulation/world.hpp"
#include "workers/worker.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace iii::simulation {

namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;

namespace {

from_worker::RegisterFunction function(std::string id) {
  from_worker::RegisterFunction message;
  message.id = std::move(id);
  return message;
}

class LocalActor final : public workers::Worker {
 public:
  explicit LocalActor(World& world) : world_(world) {}

  [[nodiscard]] core::LocalWorker identity() const override {
    return {.name = "local-actor", .description = {}};
  }
  void start(workers::Outputs& outputs) override {
    outputs.messages.emplace_back(function("local::echo"));
    outputs.messages.emplace_back(function("local::call"));
    outputs.messages.emplace_back(function("local::fire"));
    outputs.messages.emplace_back(from_worker::RegisterTriggerType{.id = "local::event"});
  }
  void on_invoked(const workers::Invocation& invocation, base::Now, workers::Outputs& outputs)
      override {
    if (invocation.function_id == "local::call") {
      call(outputs);
    } else if (invocation.function_id == "local::fire") {
      fire(outputs);
    }
    outputs.replies.push_back({.id = invocation.id, .result_json = invocation.data_json});
  }
  void on_trigger_registered(
      const to_worker::RegisterTrigger& trigger, base::Now, workers::Outputs& outputs
  ) override {
    triggers_.insert(trigger.id);
    from_worker::TriggerRegistrationResult answer{
        trigger.id, trigger.trigger_type, trigger.function_id, {}
    };
    if (world_.chance.one_in(8)) {
      triggers_.erase(trigger.id);
      answer.error = protocol::ErrorBody{"refused", "The trigger is not to my taste", {}};
    }
    outputs.messages.emplace_back(std::move(answer));
  }
  void
  on_trigger_unregistered(const to_worker::UnregisterTrigger& trigger, base::Now, workers::Outputs&)
      override {
    triggers_.erase(trigger.id);
  }
  void on_result(const workers::CallResult& result, base::Now, workers::Outputs&) override {
    require(open_calls_.erase(result.id) == 1, "a call of an in-process worker ends once");
    --world_.in_process_calls;
  }

 private:
  void call(workers::Outputs& outputs) {
    const base::InvocationId id(world_.chance.uuid());
    open_calls_.insert(id);
    ++world_.in_process_calls;
    outputs.calls.push_back(
        {.id = id,
         .function_id = "f" + std::to_string(world_.chance.below(world_.setting.functions)),
         .data_json = R"({"local":true})",
         .metadata_json = {},
         .timeout_ms = world_.chance.one_in(2) ? std::optional<std::uint64_t>(500) : std::nullopt}
    );
  }
  void fire(workers::Outputs& outputs) {
    for (const std::string& id : triggers_) {
      outputs.firings.push_back({id, R"({"fired":)" + json::quoted(id) + "}"});
    }
  }

  World& world_;
  std::set<std::string> triggers_;
  std::set<base::InvocationId> open_calls_;
};

class LocalQueue final : public workers::Worker {
 public:
  explicit LocalQueue(World& world) : world_(world) {}

  [[nodiscard]] core::LocalWorker identity() const override {
    return {.name = "local-queue", .description = {}};
  }
  void start(workers::Outputs& outputs) override {
    outputs.messages.emplace_back(function("engine::queue::enqueue"));
  }
  void on_invoked(const workers::Invocation& invocation, base::Now, workers::Outputs& outputs)
      override {
    workers::Reply reply{.id = invocation.id, .result_json = "null", .error = {}};
    if (world_.chance.one_in(5)) {
      reply.error = protocol::ErrorBody{"queue_full", "The queue is full", {}};
    }
    outputs.replies.push_back(std::move(reply));
  }

 private:
  World& world_;
};

}  // namespace

std::vector<std::unique_ptr<workers::Worker>> in_process_workers(World& world) {
  std::vector<std::unique_ptr<workers::Worker>> workers;
  if (world.setting.has_in_process_worker) {
    workers.push_back(std::make_unique<LocalActor>(world));
  }
  if (world.setting.has_in_process_queue) {
    workers.push_back(std::make_unique<LocalQueue>(world));
  }
  return workers;
}

}  // namespace iii::simulation
