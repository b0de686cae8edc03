// Between the worker for functions behind URLs and the client that sends its requests: orders to
// requests, outcomes to events on the engine's thread.
#pragma once

#include "engine/config.hpp"
#include "net/http_client.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/worker.hpp"

#include <functional>
#include <memory>

namespace iii::engine {

[[nodiscard]] workers::http_functions::Options http_functions_options(
    const HttpFunctionsConfig& config, CompatLine compat
);

class HttpFunctionsSender final : public workers::http_functions::Sender {
 public:
  using Deliver = std::function<void(workers::http_functions::Outcome)>;

  // `deliver` is called on another thread, until stop() or the destructor has returned.
  HttpFunctionsSender(const HttpFunctionsConfig& config, Deliver deliver);

  void send(workers::http_functions::Send order) override;
  // Requests on their way are dropped, and later ones; connections end.
  void stop() { client_.reset(); }

 private:
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace iii::engine
