// Bodies are compared with what their function takes, where a route asks for it.
#include "base/limits.hpp"
#include "base/trimmed.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/body_schema.hpp"
#include "workers/http/function_schemas.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/request_text.hpp"
#include "workers/http/route_table.hpp"
#include "workers/worker.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

namespace {

// json_body() has proven the text.
boost::json::value tree_of(std::string_view json) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = base::limits::json_depth_max + 1;
  return boost::json::parse(json, error, {}, options);
}

}  // namespace

// False: the body fits, or there is nothing to compare it with.
bool HttpWorker::check_body(Pending& pending, const Event& event) {
  const Route& route = *pending.route;
  if (!route.validates_request) {
    return false;
  }
  const auto* schema = schemas_.find(route.function_id, event.now.monotonic);
  if (schema == nullptr) {
    call(
        pending,
        "engine::functions::info",
        R"({"function_id":)" + json::quoted(route.function_id) + "}",
        event
    );
    return true;
  }
  if (!*schema) {
    return false;
  }
  if (!**schema) {
    fail(
        pending,
        protocol::error_body(
            protocol::codes::invalid_request_format,
            "The request_format of " + route.function_id +
                " cannot be used: " + (*schema)->error().message
        ),
        event
    );
    return true;
  }
  const std::string_view sent = base::trimmed(pending.body, base::white_space);
  const std::string_view body = pending.is_json ? json_body(sent) : "null";
  std::optional<BodySchema::Misfit> misfit;
  if (pending.is_json && !sent.empty() && body != sent) {
    misfit = {"", "must be well-formed JSON"};
  } else {
    misfit = (**schema)->check(tree_of(body));
  }
  if (!misfit) {
    return false;
  }
  if (!pending.is_json) {
    misfit->reason = "must be JSON, of content type application/json";
  }
  respond(pending, body_refused(options_.errors, route.function_id, *misfit), event);
  return true;
}

void HttpWorker::on_schema(Pending& pending, const CallResult& result, const Event& event) {
  if (result.error) {
    pending.step = Step::condition;  // that the function is not there is told by calling it
  } else {
    schemas_.learn(pending.route->function_id, result.result_json, event.now.monotonic);
  }
  advance(pending, event);
}

}  // namespace iii::workers::http_worker
