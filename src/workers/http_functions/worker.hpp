// The built-in worker `iii-http-functions`: runs functions of other workers by HTTP requests (spec:
// engine-core §13). It is given each such function when it is registered, and its calls; requests
// leave through a port, and what came of them is told to on_outcome().
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "protocol/to_worker.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/endpoint.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/url_rules.hpp"
#include "workers/worker.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace iii::workers::http_functions {

// Sends requests, and does not wait for them.
class Sender {
 public:
  Sender() = default;
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  virtual ~Sender() = default;

  virtual void send(Send order) = 0;
};

struct Ports {
  base::Random& random;
  Sender& sender;
  Environment environment;
  AddressReader read_address;
};

class HttpFunctionsWorker final : public Worker {
 public:
  HttpFunctionsWorker(Options options, Ports ports);

  [[nodiscard]] core::LocalWorker identity() const override;
  void start(Outputs&) override {}
  void on_function_registered(
      const protocol::to_worker::RegisterFunction& function, base::Now now, Outputs& outputs
  ) override;
  void on_function_unregistered(
      const protocol::to_worker::UnregisterFunction& function, base::Now now, Outputs& outputs
  ) override;
  void on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) override;
  void on_time(base::Now now, Outputs& outputs) override;
  [[nodiscard]] base::MonotonicTime next_deadline() const override {
    return calls_.next_deadline();
  }

  void on_outcome(Outcome outcome, base::Now now, Outputs& outputs);

  [[nodiscard]] const Calls& calls() const { return calls_; }
  [[nodiscard]] std::size_t functions() const { return endpoints_.size(); }

 private:
  void carry_out(Orders orders, Outputs& outputs);

  Options options_;
  Ports ports_;
  Calls calls_;
  // By the number of the registration. Calls on their way keep theirs.
  boost::
      unordered_flat_map<std::uint64_t, std::shared_ptr<const Endpoint>, std::hash<std::uint64_t>>
          endpoints_;
};

}  // namespace iii::workers::http_functions
