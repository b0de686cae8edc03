// The in-process worker behind iii::Engine: the program's handlers, trigger types and calls. Lives
// on the engine's thread.
#pragma once

#include "workers/worker.hpp"

#include <iii/engine.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace iii::engine {

class EmbeddedWorker final : public workers::Worker {
 public:
  // Makes the Responder of a call.
  using MakeResponder = std::function<Responder(base::InvocationId)>;

  EmbeddedWorker(std::string name, MakeResponder make_responder);

  void add_function(std::string id, FunctionHandler handler);
  void remove_function(std::string_view id);
  void add_trigger_type(std::string id, TriggerTypeOptions options);
  // `on_ended` is called once: with the outcome, or when the engine stops.
  void await(base::InvocationId id, std::function<void(CallOutcome)> on_ended);
  void fail_awaited();

  [[nodiscard]] core::LocalWorker identity() const override;
  void start(workers::Outputs& outputs) override;
  void on_invoked(const workers::Invocation& invocation, base::Now now, workers::Outputs& outputs)
      override;
  void on_trigger_registered(
      const protocol::to_worker::RegisterTrigger& trigger, base::Now now, workers::Outputs& outputs
  ) override;
  void on_trigger_unregistered(
      const protocol::to_worker::UnregisterTrigger& trigger,
      base::Now now,
      workers::Outputs& outputs
  ) override;
  void on_result(const workers::CallResult& result, base::Now now, workers::Outputs& outputs)
      override;

 private:
  std::string name_;
  MakeResponder make_responder_;
  // Shared, so that a handler may unregister itself while it runs.
  std::map<std::string, std::shared_ptr<FunctionHandler>, std::less<>> functions_;
  std::map<std::string, std::shared_ptr<TriggerTypeOptions>, std::less<>> trigger_types_;
  boost::unordered_flat_map<
      base::InvocationId,
      std::function<void(CallOutcome)>,
      std::hash<base::InvocationId>>
      awaited_;
};

}  // namespace iii::engine
