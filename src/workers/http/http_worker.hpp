// `iii-http` (spec: http): provides the trigger type `http`, finds the route of each request, asks
// middleware, condition and function in turn, and answers. Knows neither sockets nor HTTP's bytes:
// the driver of the server brings requests and carries out orders().
//
// Order of calls for a request: on_request(), on_body()…, on_body_end() (at once without a body);
// meanwhile, at most once, on_gone() or on_failed(). Messages of its channels come from
// on_channel_wanted() on. One thread.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "core/core.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/server_connection.hpp"
#include "protocol/error_body.hpp"
#include "protocol/to_worker.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/cors.hpp"
#include "workers/http/function_schemas.hpp"
#include "workers/http/options.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/route_metrics.hpp"
#include "workers/http/route_table.hpp"
#include "workers/http/static_files.hpp"
#include "workers/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t not_found = 0;
  std::uint64_t refused = 0;  // too many others wait
  std::uint64_t timeouts = 0;
  std::uint64_t abandoned = 0;   // the client has gone
  std::uint64_t unreadable = 0;  // not even the head of a request
};

inline constexpr std::string_view metrics_id = "engine::http::metrics";

class HttpWorker final : public Worker {
 public:
  HttpWorker(Options options, base::Random& random);

  // --- Worker ---
  [[nodiscard]] core::LocalWorker identity() const override;
  void start(Outputs& outputs) override;
  void on_invoked(const Invocation& invocation, base::Now now, Outputs& outputs) override;
  void on_trigger_registered(
      const protocol::to_worker::RegisterTrigger& trigger, base::Now now, Outputs& outputs
  ) override;
  void on_trigger_unregistered(
      const protocol::to_worker::UnregisterTrigger& trigger, base::Now now, Outputs& outputs
  ) override;
  void on_result(const CallResult& result, base::Now now, Outputs& outputs) override;
  void on_time(base::Now now, Outputs& outputs) override;
  [[nodiscard]] base::MonotonicTime next_deadline() const override {
    return pending_.next_deadline();
  }

  // --- Events of the server ---
  // `client`: its address.
  void on_request(
      RequestId id,
      const http::Request& request,
      base::Now now,
      Outputs& outputs,
      std::string_view client = {}
  );
  void on_body(RequestId id, std::string_view piece);
  void on_body_end(RequestId id, base::Now now, Outputs& outputs);
  // After OpenFile. nullopt: there is none.
  void on_file(
      RequestId id, const std::optional<FileFacts>& facts, base::Now now, Outputs& outputs
  );
  // A head that could not be read, or the rest of a request: what the client is told.
  [[nodiscard]] http::RefusalText on_refused(
      RequestId id,
      const http::Refusal& refusal,
      base::Now now,
      Outputs& outputs,
      std::string_view client = {}
  );
  // Nobody waits for the answer any more.
  void on_gone(RequestId id, base::Now now, Outputs& outputs);

  // --- Events of channels ---
  struct Wanted {
    RequestId request;
    core::ChannelKey key;
    core::ChannelEnd end = core::ChannelEnd::reader;  // the one that is left for a connection
  };
  // Somebody asks for a channel: is it one of a request? From now on its messages count.
  [[nodiscard]] std::optional<Wanted> find_channel(base::ChannelId id);
  // The reader of a request's body is there, and its channel open.
  void on_reader(RequestId id);
  void on_reader_full(RequestId id);
  void on_reader_relieved(RequestId id);
  void on_channel_message(
      RequestId id, bool is_text, std::string_view bytes, base::Now now, Outputs& outputs
  );
  // `leave`: of the function's end of the response channel.
  void on_channel_ended(
      RequestId id, base::Now now, Outputs& outputs, core::Leave leave = core::Leave::taken
  );

  // What is to be done since the last call; `into` lends its memory.
  void take_orders(std::vector<Order>& into);
  [[nodiscard]] bool has_orders() const { return !orders_.empty(); }

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t requests() const { return pending_.size(); }

 private:
  struct Event {
    base::Now now;
    Outputs& outputs;
  };

  // http_worker.cpp: from step to step
  void answer_without_route(
      RequestId id, const http::Request& request, const RouteTable::Finding& found
  );
  [[nodiscard]] std::uint64_t body_bytes_max(const Route& route) const;
  bool answer_options(RequestId id, const http::Request& request);
  void begin(Pending& pending, const Event& event);
  void advance(Pending& pending, const Event& event);
  [[nodiscard]] bool enter(Pending& pending, Step step, const Event& event);
  void call(Pending& pending, std::string_view function_id, std::string data, const Event& event);
  void on_middleware(Pending& pending, const CallResult& result, const Event& event);
  void on_condition(Pending& pending, const CallResult& result, const Event& event);
  void on_function(Pending& pending, const CallResult& result, const Event& event);
  static void note_left_out(
      const Pending& pending, const std::optional<std::string>& name, const Event& event
  );
  void fail(Pending& pending, const protocol::ErrorBody& error, const Event& event);
  // In the log; what the line and an answer call it.
  static std::string tell_failure(
      Pending& pending, const protocol::ErrorBody& error, const Event& event
  );
  void respond(Pending& pending, Answer answer, const Event& event);
  void send(RequestId id, std::string_view origin, Answer answer);
  void finish(Pending& pending, const Event& event);
  void begin_waiting(const Event& event);
  void leave_line(Pending& pending);
  [[nodiscard]] std::string payload(const Pending& pending, bool with_channels) const;

  // http_records.cpp: counts and lines
  struct Outcome {
    unsigned status = 0;
    std::uint64_t bytes = 0;
    base::MonotonicTime::duration duration{};
  };
  static void register_metrics(Outputs& outputs);
  [[nodiscard]] std::string metrics_json() const;
  [[nodiscard]] bool records() const { return options_.logs_access || options_.counts_routes; }
  void record_begin(
      Pending& pending, const http::Request& request, std::string_view client, base::Now now
  );
  static void record_end(const Pending& pending, const Event& event);
  void record_unrouted(
      const http::Request& request, std::string_view client, unsigned status, Outputs& outputs
  );
  void record_unreadable(const Outcome& outcome, std::string_view client, Outputs& outputs);
  static void write_access(
      const Access& access, std::string_view route, const Outcome& outcome, Outputs& outputs
  );

  // http_compression.cpp
  void compress(const Pending& pending, Answer& answer) const;
  void begin_compression(Pending& pending, StartResponse& start);
  std::string_view compressed(Pending& pending, std::string_view piece);
  void end_compression(Pending& pending);

  // http_services.cpp: routes of its own
  void add_own(Route route);
  void add_own_routes();
  void note_file(Pending& pending, const http::Request& request);
  void serve(Pending& pending, const Event& event);
  void serve_file(Pending& pending, const Event& event);
  void on_functions_listed(Pending& pending, const std::string& functions_json, const Event& event);
  [[nodiscard]] Pending* find_openapi_waiter(RequestId id);
  void ask_functions(Pending& pending, const Event& event);
  void leave_openapi(RequestId gone, const Event& event);
  void send_openapi(Pending& pending, const Event& event);

  // http_checks.cpp: what bodies must look like
  [[nodiscard]] bool check_body(Pending& pending, const Event& event);
  void on_schema(Pending& pending, const CallResult& result, const Event& event);

  // http_bodies.cpp: room for bodies of JSON
  void begin_json(Pending& pending);
  void take_json(Pending& pending, std::string_view piece);
  void wait_for_room(Pending& pending);
  void end_json(Pending& pending);

  // http_streams.cpp: bodies and channels
  void make_channels(Pending& pending);
  void release_body(Pending& pending);
  void feed_reader(Pending& pending);
  static void take_control(Pending& pending, std::string_view text, const Event& event);
  void start_stream(Pending& pending, const Event& event);

  template <class T>
  void order(T order) {
    orders_.emplace_back(std::move(order));
  }

  Options options_;
  base::Random& random_;
  Cors cors_;
  RouteMetrics metrics_;
  RouteTable routes_;
  FunctionSchemas schemas_;
  std::string openapi_text_;           // empty: not asked for yet
  std::uint64_t openapi_version_ = 0;  // of the routes in it
  std::size_t openapi_functions_ = 0;  // a hash of what it knows of functions
  base::MonotonicTime openapi_asked_at_;
  std::optional<RequestId> openapi_asker_;  // a list of functions is under way for it
  std::vector<RequestId> openapi_waiting_;  // for that list too; some may have gone
  PendingTable pending_;
  std::vector<Order> orders_;
  std::string delivered_;   // that an order still refers to
  std::string compressed_;  // that an order still refers to
  std::size_t compressed_streams_ = 0;
  std::list<RequestId> waiting_;  // Pending::place_in_line
  bool is_beginning_ = false;     // begin_waiting() is at work further up the stack
  std::size_t being_answered_ = 0;
  std::list<RequestId> waiting_bodies_;  // Pending::place_of_body
  std::size_t bodies_read_ = 0;          // JsonBody::is_read
  std::uint64_t json_bytes_ = 0;         // of those and of the waiting ones
  std::uint64_t channel_mask_ = 0;       // see make_channels()
  Counters counters_;
};

}  // namespace iii::workers::http_worker
