#include "workers/http/http_worker.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "core/condition.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/router.hpp"
#include "http/server_connection.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/compression.hpp"
#include "workers/http/options.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/request_text.hpp"
#include "workers/http/route_table.hpp"
#include "workers/http/schemas.hpp"
#include "workers/worker.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

namespace codes = protocol::codes;
namespace from_worker = protocol::from_worker;
namespace to_worker = protocol::to_worker;

namespace {

// Of the object that a middleware returns.
class MiddlewareMembers final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (json::spells(key, "action")) {
      action = value.kind == json::Kind::string ? json::decode_string(value) : std::string();
    } else if (json::spells(key, "response")) {
      response = value.text;
    }
  }

  std::string action;
  std::string_view response;
};

bool is_null(std::string_view json) {
  return json.empty() || json == "null";
}

}  // namespace

HttpWorker::HttpWorker(Options options, base::Random& random)
    : options_(std::move(options)),
      random_(random),
      cors_(options_.cors),
      channel_mask_(random.next()) {
  add_own_routes();
}

core::LocalWorker HttpWorker::identity() const {
  return {
      .name = "iii-http",
      .description = "Functions behind URLs.",
      .is_mandatory = false,
      .calls_while_draining = true
  };
}

void HttpWorker::start(Outputs& outputs) {
  from_worker::RegisterTriggerType type;
  type.id = "http";
  type.description = "HTTP API trigger";
  type.trigger_request_format = trigger_schema;
  type.call_request_format = call_schema;
  type.response_format = response_schema;
  outputs.messages.emplace_back(std::move(type));
  if (options_.counts_routes) {
    register_metrics(outputs);
  }
}

void HttpWorker::on_invoked(const Invocation& invocation, base::Now, Outputs& outputs) {
  if (options_.counts_routes && invocation.function_id == metrics_id) {
    outputs.replies.push_back({invocation.id, metrics_json(), {}});
    return;
  }
  outputs.replies.push_back(
      {invocation.id,
       {},
       protocol::error_body(
           codes::function_not_found, "Function " + invocation.function_id + " not found"
       )}
  );
}

void HttpWorker::on_trigger_registered(
    const protocol::to_worker::RegisterTrigger& trigger, base::Now, Outputs& outputs
) {
  from_worker::TriggerRegistrationResult result;
  result.id = trigger.id;
  result.trigger_type = trigger.trigger_type;
  result.function_id = trigger.function_id;
  auto route = read_route(trigger);
  EngineStatus added = route ? routes_.check(*route) : EngineStatus(route.error());
  if (added) {
    if (options_.counts_routes) {
      route->counts = metrics_.counts_of(to_string(route->method), route->path);
    }
    added = routes_.add(*std::move(route));
  }
  if (!added) {
    result.error = protocol::error_body(codes::trigger_registration_failed, added.error().message);
  }
  outputs.messages.emplace_back(std::move(result));
}

void HttpWorker::
    on_trigger_unregistered(const to_worker::UnregisterTrigger& trigger, base::Now, Outputs&) {
  routes_.remove(trigger.id);
}

// --- Requests ---

void HttpWorker::on_request(
    RequestId id,
    const http::Request& request,
    base::Now now,
    Outputs& outputs,
    std::string_view client
) {
  ++counters_.requests;
  if (request.method == "OPTIONS" && answer_options(id, request)) {
    record_unrouted(request, client, 200, outputs);
    return;
  }
  const RouteTable::Finding found = routes_.find(request.method, request.path());
  if (found.route == nullptr) {
    answer_without_route(id, request, found);
    record_unrouted(request, client, found.methods == 0 ? 404 : 405, outputs);
    return;
  }
  Pending& pending = pending_.open(id);
  pending.route = found.route;
  pending.is_json = is_json_type(request.header("content-type").value_or(""));
  pending.has_body_ended = request.body == http::BodyKind::none;
  pending.traceparent = plain_value(request.header("traceparent").value_or(""));
  pending.baggage = plain_value(request.header("baggage").value_or(""));
  if (records()) {
    record_begin(pending, request, client, now);
  }
  if (cors_.needs_origin()) {
    pending.origin = request.header("origin").value_or("");
  }
  pending.takes_gzip =
      options_.compresses && takes_gzip(request.header("accept-encoding").value_or(""));
  if (pending.route->service == Service::files) {
    note_file(pending, request);
  }
  append_request(request, *pending.route, pending.request_json);
  if (pending.is_json && !pending.has_body_ended) {
    order(LimitBody{id, body_bytes_max(*pending.route)});
  }
  pending_.set_deadline(
      pending, now.monotonic, pending.route->timeout.value_or(options_.default_timeout)
  );
  const Event event{now, outputs};
  if (being_answered_ < options_.requests_max) {
    begin(pending, event);
    return;
  }
  if (waiting_.size() >= options_.waiting_max) {
    ++counters_.refused;
    respond(
        pending,
        error_answer(
            503,
            options_.errors,
            codes::limit_exceeded,
            "The engine answers as many requests as it may, and as many more wait; try again later"
        ),
        event
    );
    return;
  }
  if (!pending.has_body_ended) {
    pending.is_body_held = true;
    order(HoldBody{id});
  }
  pending.place_in_line = waiting_.insert(waiting_.end(), id);
}

std::uint64_t HttpWorker::body_bytes_max(const Route& route) const {
  const std::uint64_t max = options_.body_bytes_max;
  return route.validates_request
             ? std::min<std::uint64_t>(max, base::limits::http_checked_body_bytes_max)
             : max;
}

// The reference system answers every OPTIONS itself; a route of that method is asked here unless
// it is a browser who asks (spec: http §22).
bool HttpWorker::answer_options(RequestId id, const http::Request& request) {
  const RouteTable::Finding found = routes_.find(request.method, request.path());
  if (found.route != nullptr && !request.header("access-control-request-method")) {
    return false;
  }
  Answer answer;
  answer.lines = cors_.preflight(request.header("origin").value_or(""));
  if (found.route == nullptr && found.methods != 0) {
    answer.lines.append("allow: ").append(http::allow_text(found.methods)).append("\r\n");
  }
  order(Respond{id, 200, std::move(answer.lines), {}});
  return true;
}

void HttpWorker::answer_without_route(
    RequestId id, const http::Request& request, const RouteTable::Finding& found
) {
  ++counters_.not_found;
  const std::string_view origin = request.header("origin").value_or("");
  if (found.methods == 0) {
    send(id, origin, not_found(options_.errors));
    return;
  }
  Answer answer;
  answer.status = 405;
  answer.lines = "allow: " + http::allow_text(found.methods) + "\r\n";
  send(id, origin, std::move(answer));
}

void HttpWorker::begin(Pending& pending, const Event& event) {
  pending.counts = true;
  ++being_answered_;
  pending.step = Step::global_middleware;
  pending.next_middleware = 0;
  if (!options_.middleware.empty() && !pending.has_body_ended && !pending.is_body_held) {
    pending.is_body_held = true;  // they may answer before a body is sent
    order(HoldBody{pending.id});
  }
  advance(pending, event);
}

// Goes on to the next step that has something to do.
void HttpWorker::advance(Pending& pending, const Event& event) {
  while (!enter(pending, pending.step, event)) {
    pending.step = next_step(pending.step);
    pending.next_middleware = 0;
  }
}

// False: the step has nothing to do, or nothing more.
bool HttpWorker::enter(Pending& pending, Step step, const Event& event) {
  const auto ask_next = [&](const std::vector<std::string>& functions) {
    if (pending.next_middleware == functions.size()) {
      return false;
    }
    const std::string& id = functions[pending.next_middleware++];
    std::string data = R"({"phase":"preHandler","request":)" + pending.request_json;
    call(pending, id, data.append(R"(},"context":{}})"), event);
    return true;
  };
  switch (step) {
    case Step::waiting:
      return false;
    case Step::global_middleware:
      return ask_next(options_.middleware);
    case Step::body:
      if (pending.is_json && !pending.has_body_ended) {
        begin_json(pending);
      }
      if (pending.json != JsonBody::waits) {
        release_body(pending);
      }
      return pending.is_json && !pending.has_body_ended;
    case Step::schema:
      return check_body(pending, event);
    case Step::condition:
      if (pending.route->condition_function_id.empty()) {
        return false;
      }
      call(pending, pending.route->condition_function_id, payload(pending, false), event);
      return true;
    case Step::route_middleware:
      return ask_next(pending.route->middleware);
    case Step::function:
      if (pending.route->service != Service::function) {
        serve(pending, event);
        return true;
      }
      make_channels(pending);
      call(pending, pending.route->function_id, payload(pending, true), event);
      return true;
    case Step::streaming:
      return true;
  }
  return true;
}

std::string HttpWorker::payload(const Pending& pending, bool with_channels) const {
  const std::string_view body =
      pending.is_json ? json_body(pending.body) : std::string_view("null");
  constexpr std::size_t channels_bytes = 320;
  std::string text;
  text.reserve(
      pending.request_json.size() + pending.route->payload_json.size() + body.size() +
      channels_bytes
  );
  text.append(pending.request_json).append(pending.route->payload_json);
  const auto append_channel =
      [&](std::string_view name, const core::ChannelKey& key, std::string_view direction) {
        text.append(name).append(key.id.value().to_string()).append(R"(","access_key":")");
        text.append(key.access_key.to_string()).append(R"(","direction":")").append(direction);
        text.append("\"}");
      };
  if (with_channels) {
    append_channel(R"(,"request_body":{"channel_id":")", pending.body_channel, "read");
    append_channel(R"(,"response":{"channel_id":")", pending.response_channel, "write");
  }
  return text.append(R"(,"body":)").append(body).append("}");
}

void HttpWorker::call(
    Pending& pending, std::string_view function_id, std::string data, const Event& event
) {
  const base::InvocationId id(base::Uuid::random(random_));
  pending_.set_call(pending, id);
  Call made;
  made.id = id;
  made.function_id = function_id;
  made.data_json = std::move(data);
  made.traceparent = pending.traceparent;
  made.baggage = pending.baggage;
  if (pending.step == Step::function) {
    made.metadata_json = pending.route->metadata_json;
  }
  event.outputs.calls.push_back(std::move(made));
}

// --- What functions say ---

void HttpWorker::on_result(const CallResult& result, base::Now now, Outputs& outputs) {
  Pending* pending = pending_.find_call(result.id);
  if (pending == nullptr) {
    return;
  }
  pending_.clear_call(*pending);
  const Event event{now, outputs};
  switch (pending->step) {
    case Step::global_middleware:
    case Step::route_middleware:
      on_middleware(*pending, result, event);
      return;
    case Step::schema:
      on_schema(*pending, result, event);
      return;
    case Step::condition:
      on_condition(*pending, result, event);
      return;
    case Step::function:
    case Step::streaming:
      on_function(*pending, result, event);
      return;
    case Step::waiting:
    case Step::body:
      return;
  }
}

void HttpWorker::on_middleware(Pending& pending, const CallResult& result, const Event& event) {
  if (result.error) {
    fail(pending, *result.error, event);
    return;
  }
  MiddlewareMembers members;
  if (result.result_json.starts_with('{')) {
    (void)json::scan_object(result.result_json, {}, members);
  }
  if (members.action == "respond") {
    respond(pending, answer_of_middleware(members.response), event);
    return;
  }
  if (members.action != "continue") {
    event.outputs.notes.push_back(
        {core::Severity::warn,
         "http_middleware_unclear",
         {{"path", pending.route->path},
          {"reason", "a middleware said neither continue nor respond; the request goes on"}},
         false}
    );
  }
  advance(pending, event);
}

void HttpWorker::on_condition(Pending& pending, const CallResult& result, const Event& event) {
  if (result.error) {
    fail(pending, *result.error, event);
  } else if (!core::condition_allows(result.result_json)) {
    respond(pending, condition_not_met(options_.errors), event);
  } else {
    pending.step = Step::route_middleware;
    advance(pending, event);
  }
}

void HttpWorker::on_function(Pending& pending, const CallResult& result, const Event& event) {
  if (pending.step == Step::streaming) {
    // What it returns does not count any more; that it failed must not look like success.
    if (result.error) {
      tell_failure(pending, *result.error, event);
      order(BreakResponse{pending.id});
      finish(pending, event);
    }
  } else if (result.error) {
    fail(pending, *result.error, event);
  } else if (pending.route->service == Service::openapi) {
    on_functions_listed(pending, result.result_json, event);
  } else if (!is_null(result.result_json)) {
    respond(pending, answer_of_result(result.result_json), event);
  }
  // Without a result it answers through the channel (spec: http §10.2).
}

// --- Ends ---

void HttpWorker::fail(Pending& pending, const protocol::ErrorBody& error, const Event& event) {
  const std::string id = tell_failure(pending, error, event);
  respond(pending, error_answer(500, options_.errors, error.code, error.message, id), event);
}

std::string HttpWorker::tell_failure(
    Pending& pending, const protocol::ErrorBody& error, const Event& event
) {
  std::string id = error_id(event.now.wall);
  if (pending.access != nullptr) {
    pending.access->error_id = id;
  }
  event.outputs.notes.push_back(
      {core::Severity::warn,
       "http_request_failed",
       {{"error_id", id},
        {"method", std::string(to_string(pending.route->method))},
        {"path", pending.route->path},
        {"code", error.code},
        {"reason", error.message}},
       false}
  );
  return id;
}

void HttpWorker::respond(Pending& pending, Answer answer, const Event& event) {
  if (options_.compresses) {
    compress(pending, answer);
  }
  note_left_out(pending, answer.left_out, event);
  pending.status = answer.status;
  pending.bytes = answer.body.view().size();
  send(pending.id, pending.origin, std::move(answer));
  finish(pending, event);
}

void HttpWorker::send(RequestId id, std::string_view origin, Answer answer) {
  cors_.append(origin, answer.lines);
  order(Respond{id, answer.status, std::move(answer.lines), std::move(answer.body)});
}

void HttpWorker::finish(Pending& pending, const Event& event) {
  if (records()) {
    record_end(pending, event);
  }
  if (pending.call) {
    event.outputs.abandoned.push_back(*pending.call);
  }
  if (pending.step == Step::function || pending.step == Step::streaming) {
    order(CloseChannels{pending.id, pending.body_channel, pending.response_channel});
  }
  being_answered_ -= pending.counts ? 1 : 0;
  if (pending.gzip != nullptr) {
    --compressed_streams_;
  }
  end_json(pending);
  leave_line(pending);
  const RequestId id = pending.id;
  pending_.close(pending);
  leave_openapi(id, event);
  begin_waiting(event);
}

void HttpWorker::leave_line(Pending& pending) {
  if (pending.place_in_line) {
    waiting_.erase(*pending.place_in_line);
    pending.place_in_line.reset();
  }
}

// One that is answered at once comes here again: the loop that began it goes on, so that clients
// do not decide how deep the stack gets.
void HttpWorker::begin_waiting(const Event& event) {
  if (is_beginning_) {
    return;
  }
  is_beginning_ = true;
  while (!waiting_.empty() && being_answered_ < options_.requests_max) {
    Pending* next = pending_.find(waiting_.front());
    leave_line(*next);
    begin(*next, event);
  }
  is_beginning_ = false;
}

http::RefusalText HttpWorker::on_refused(
    RequestId id,
    const http::Refusal& refusal,
    base::Now now,
    Outputs& outputs,
    std::string_view client
) {
  Pending* pending = pending_.find(id);
  Answer answer = error_answer(
      refusal.status, options_.errors, http::refusal_code(refusal.status), refusal.reason
  );
  cors_.append(pending == nullptr ? std::string_view() : pending->origin, answer.lines);
  http::RefusalText text{std::move(answer.lines), std::string(answer.body.view())};
  if (pending == nullptr) {
    record_unreadable({refusal.status, text.body.size(), {}}, client, outputs);
  } else {
    pending->status = refusal.status;
    pending->bytes = text.body.size();
    finish(*pending, {now, outputs});
  }
  return text;
}

void HttpWorker::on_gone(RequestId id, base::Now now, Outputs& outputs) {
  if (Pending* pending = pending_.find(id)) {
    ++counters_.abandoned;
    finish(*pending, {now, outputs});
  }
}

void HttpWorker::on_time(base::Now now, Outputs& outputs) {
  is_beginning_ = true;  // later: some of those that wait are late themselves
  while (Pending* late = pending_.first_expired(now.monotonic)) {
    ++counters_.timeouts;
    Answer answer;
    answer.status = 504;
    if (late->step == Step::global_middleware || late->step == Step::route_middleware) {
      answer = error_answer(504, options_.errors, codes::middleware_timeout, "Middleware timeout");
    }
    respond(*late, std::move(answer), {now, outputs});
  }
  is_beginning_ = false;
  begin_waiting({now, outputs});
}

void HttpWorker::take_orders(std::vector<Order>& into) {
  into.clear();
  into.swap(orders_);
}

}  // namespace iii::workers::http_worker
