#include "workers/http_functions/worker.hpp"

#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/endpoint.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/worker.hpp"

#include <memory>
#include <utility>

namespace iii::workers::http_functions {

using core::Severity;

HttpFunctionsWorker::HttpFunctionsWorker(Options options, Ports ports)
    : options_(std::move(options)), ports_(std::move(ports)), calls_(options_, ports_.random) {
}

core::LocalWorker HttpFunctionsWorker::identity() const {
  return {
      .name = "iii-http-functions",
      .description = "Runs functions by HTTP requests.",
      .runs_functions_of_others = true
  };
}

void HttpFunctionsWorker::on_function_registered(
    const protocol::to_worker::RegisterFunction& function, base::Now, Outputs& outputs
) {
  protocol::from_worker::FunctionRegistrationResult answer{function.registration, {}};
  auto endpoint = read_endpoint(
      function.id, function.invocation_json, options_, ports_.environment, ports_.read_address
  );
  if (endpoint) {
    outputs.notes.push_back(
        {Severity::debug,
         "http_function_added",
         {{"function_id", function.id}, {"host", endpoint->url.authority}}}
    );
    endpoints_[function.registration] = std::make_shared<const Endpoint>(*std::move(endpoint));
  } else {
    answer.error = endpoint.error();
  }
  outputs.messages.emplace_back(std::move(answer));
}

void HttpFunctionsWorker::on_function_unregistered(
    const protocol::to_worker::UnregisterFunction& function, base::Now /*now*/, Outputs& /*outputs*/
) {
  endpoints_.erase(function.registration);
}

void HttpFunctionsWorker::on_invoked(
    const Invocation& invocation, base::Now now, Outputs& outputs
) {
  const auto found = endpoints_.find(invocation.registration);
  if (found == endpoints_.end()) {
    outputs.replies.push_back(
        {invocation.id,
         {},
         protocol::error_body(
             protocol::codes::function_not_found,
             "Function " + invocation.function_id + " not found"
         )}
    );
    return;
  }
  Call call{invocation.id, found->second, invocation.data_json, {}};
  if (options_.sends_trace_headers) {
    call.trace = {invocation.traceparent, invocation.baggage};
  }
  Orders orders;
  calls_.on_call(std::move(call), now, orders);
  carry_out(std::move(orders), outputs);
}

void HttpFunctionsWorker::on_time(base::Now now, Outputs& outputs) {
  Orders orders;
  calls_.on_time(now, orders);
  carry_out(std::move(orders), outputs);
}

void HttpFunctionsWorker::on_outcome(Outcome outcome, base::Now now, Outputs& outputs) {
  Orders orders;
  calls_.on_outcome(std::move(outcome), now, orders);
  carry_out(std::move(orders), outputs);
}

void HttpFunctionsWorker::carry_out(Orders orders, Outputs& outputs) {
  for (Send& order : orders.sends) {
    ports_.sender.send(std::move(order));
  }
  for (Ending& ending : orders.endings) {
    if (ending.error) {
      // What a host answers is the function's own matter.
      outputs.notes.push_back(
          {ending.was_answered ? Severity::debug : Severity::warn,
           "http_function_failed",
           {{"function_id", ending.endpoint->function_id},
            {"host", ending.endpoint->url.authority},
            {"code", ending.error->code},
            {"reason", ending.error->message}}}
      );
    }
    outputs.replies.push_back({ending.id, std::move(ending.result_json), std::move(ending.error)});
  }
}

}  // namespace iii::workers::http_functions
