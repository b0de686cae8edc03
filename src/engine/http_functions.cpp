#include "engine/http_functions.hpp"

#include "base/limits.hpp"
#include "engine/config.hpp"
#include "net/http_client.hpp"
#include "workers/http_functions/address_rules.hpp"
#include "workers/http_functions/calls.hpp"
#include "workers/http_functions/options.hpp"

#include <memory>
#include <utility>

namespace iii::engine {

namespace limits = base::limits;
namespace http_functions = workers::http_functions;

namespace {

net::HttpClientOptions client_options(const HttpFunctionsConfig& config) {
  net::HttpClientOptions options{
      .idle_connections_max = limits::http_function_idle_connections_max,
      .idle_max = limits::http_function_idle_max,
      .head_bytes_max = limits::http_function_head_bytes_max,
      .response_bytes_max = config.response_bytes_max,
      .all_responses_bytes_max = limits::http_function_bytes_max
  };
  if (config.block_private_ips) {
    options.refuses = http_functions::is_private;
  }
  return options;
}

http_functions::Outcome::Kind kind_of(net::HttpOutcome::Kind kind) {
  using From = net::HttpOutcome::Kind;
  using To = http_functions::Outcome::Kind;
  switch (kind) {
    case From::answered:
      return To::answered;
    case From::refused_address:
      return To::refused_address;
    case From::unknown_host:
      return To::unknown_host;
    case From::not_answered:
      return To::not_answered;
    case From::broken_off:
      return To::broken_off;
    case From::too_large:
      return To::too_large;
  }
  return To::not_answered;
}

}  // namespace

http_functions::Options http_functions_options(
    const HttpFunctionsConfig& config, CompatLine compat
) {
  http_functions::Options options;
  options.secrets_allowlist = config.secrets_allowlist;
  options.urls = {config.url_allowlist, config.block_private_ips, config.require_https};
  options.timeout = config.default_timeout;
  options.requests_max = config.requests_max;
  options.requests_per_host_max = config.requests_per_host_max;
  options.waiting_max = config.waiting_max;
  options.response_bytes_max = config.response_bytes_max;
  options.sends_trace_headers = config.trace_headers;
  options.redirects = compat == CompatLine::v0_11 ? http_functions::Redirects::are_errors
                                                  : http_functions::Redirects::are_answers;
  return options;
}

HttpFunctionsSender::HttpFunctionsSender(const HttpFunctionsConfig& config, Deliver deliver)
    : client_(std::make_unique<net::HttpClient>(
          client_options(config),
          [deliver = std::move(deliver)](net::HttpOutcome outcome) {
            deliver(
                {.number = outcome.number,
                 .kind = kind_of(outcome.kind),
                 .status = outcome.status,
                 .body = std::move(outcome.body),
                 .reason = std::move(outcome.reason)}
            );
          }
      )) {
}

void HttpFunctionsSender::send(http_functions::Send order) {
  if (client_ != nullptr) {
    client_->send(
        {.number = order.number,
         .method = order.endpoint->method,
         .url = order.endpoint->url.text,
         .header_lines = std::move(order.header_lines),
         .body = std::move(order.body),
         .timeout = order.timeout}
    );
  }
}

}  // namespace iii::engine
