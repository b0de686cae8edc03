// The C++ worker of the interop tests: it serves the functions that every test worker serves, and
// obeys the commands that arrive as JSON lines on standard input (README.md lists both). Events and
// answers leave as JSON lines on standard output.
#include "channel_bytes.hpp"
#include "lines.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace iii::interop {

struct Token {
  std::string token;
};
III_DESCRIBE(Token, token)

namespace {

Task<Json> echo(std::string name, Json data) {
  co_return Json{{"by", name}, {"data", std::move(data)}};
}

// --- The functions behind `http` triggers ---

std::string query(const HttpRequest<>& request, const std::string& key) {
  const auto found = request.query_params.find(key);
  return found == request.query_params.end() ? std::string() : found->second;
}

std::string header(const HttpRequest<>& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

// Not an HttpResponse: that has each header once.
Json echo_request(const std::string& name, const HttpRequest<>& request) {
  if (const std::string reason = query(request, "fail"); !reason.empty()) {
    throw std::runtime_error(reason);
  }
  const std::string status = query(request, "status");
  const std::string token = header(request, "x-token");
  return {
      {"status_code", status.empty() ? 200 : std::stoi(status)},
      {"headers", JsonArray{"Set-Cookie: a=1", "Set-Cookie: b=2", "X-By: " + name}},
      {"body",
       {{"by", name},
        {"method", request.method},
        {"path_params", to_json(request.path_params)},
        {"query_params", to_json(request.query_params)},
        {"token", token.empty() ? Json(nullptr) : Json(token)},
        {"body", request.body}}},
  };
}

void download(HttpCall<>& call) {
  const std::string data =
      pattern(std::stoul(query(call.request, "bytes")), std::stoul(query(call.request, "seed")));
  call.response().set_status(206);
  call.response().set_headers(
      {{"content-type", "application/octet-stream"}, {"x-sha256", sha256(data)}}
  );
  call.response().write(data);
}

void send_events(HttpCall<>& call, Holds& holds) {
  const std::string token = query(call.request, "token");
  call.response().set_event_headers();
  call.response().send_event({.data = "first", .id = "1"});
  say({{"event", "held"}, {"token", token}});
  holds.wait(token);
  call.response().send_event({.data = "second\nline", .event = "note", .id = "2"});
  call.response().send_event({.data = "last", .id = "3"});
}

HttpResponse<> upload(HttpCall<>& call) {
  std::ostringstream received;
  call.body().read_into(received);
  Json body = checksum(received.view(), {});
  body.as_object()["type"] = header(call.request, "content-type");
  return {.status_code = 201, .body = std::move(body)};
}

class Worker {
 public:
  Worker(const std::string& url, std::string name)
      : name_(std::move(name)), client_(register_worker(url, options(name_))) {
    serve_functions();
    client_.register_trigger_type(
        {.id = name_ + "::type", .description = "A trigger type of the interop tests"},
        [this](const TriggerConfig& trigger) { on_bound(trigger); },
        [this](const std::string& id) { on_unbound(id); }
    );
  }

  void obey(const std::string& line) {
    const JsonObject request = parse_json(line).value().as_object();
    const std::string command = text(request, "command");
    Json answer{{"id", request.at("id")}};
    try {
      answer.as_object()["result"] = (this->*commands().at(command))(request);
    } catch (const Error& error) {
      answer.as_object()["error"] = failure(error);
    } catch (const std::exception& error) {
      answer.as_object()["error"] = failure(error);
    }
    say(answer);
    if (command == "leave") {
      std::quick_exit(EXIT_SUCCESS);
    }
  }

 private:
  using Command = Json (Worker::*)(const JsonObject& request);

  // A worker that leaves does not wait for the calls that the test holds.
  static InitOptions options(const std::string& name) {
    return {.worker_name = name, .shutdown_timeout = std::chrono::milliseconds(100)};
  }

  static const std::map<std::string, Command>& commands() {
    static const std::map<std::string, Command> table{
        {"call", &Worker::call},
        {"void", &Worker::call_void},
        {"register", &Worker::offer},
        {"calls", &Worker::calls},
        {"bind", &Worker::bind},
        {"unbind", &Worker::unbind},
        {"fire", &Worker::fire},
        {"send", &Worker::send},
        {"receive", &Worker::receive},
        {"release", &Worker::release},
        {"leave", &Worker::leave},
    };
    return table;
  }

  // --- The functions: each in the form that suits it, so that every form is met ---

  void serve(const std::string& function, Function handler) {
    client_.register_function(name_ + "::" + function, std::move(handler));
  }

  void serve_functions() {
    serve("echo", [this](const Json& data) { return echo(name_, data); });
    serve("nothing", [](const Json& /*data*/) {});
    serve("fail", [](const Token& in) -> Json { throw std::runtime_error("boom " + in.token); });
    serve("refuse", [](const Token& in) -> Result<Json> {
      return Error::remote("interop_refused", "refused " + in.token, "line 7 of the policy");
    });
    serve("note", [](const Token& in) {
      say({{"event", "noted"}, {"token", in.token}});
      return std::string("a void caller never sees this");
    });
    serve("metadata", [](const Json& /*data*/, const Invocation& invocation) {
      return Json{{"metadata", invocation.metadata.value_or(nullptr)}};
    });
    serve("hold", [this](const Token& in) {
      say({{"event", "held"}, {"token", in.token}});
      holds_.wait(in.token);
      return in.token;
    });
    serve("fired", [](const Token& in, const Invocation& invocation) {
      const Json metadata = invocation.metadata.value_or(nullptr);
      say({{"event", "fired"}, {"token", in.token}, {"metadata", metadata}});
      return Json{{"seen", in.token}};
    });
    serve("http_echo", [this](const HttpRequest<>& request) {
      return echo_request(name_, request);
    });
    serve("http_download", http(client_, download));
    serve("http_events", http(client_, [this](HttpCall<>& call) { send_events(call, holds_); }));
    serve("http_upload", http(client_, upload));
    serve("sink", [this](const Json& data) {
      return read_all(
          client_.open_reader(end_in(data, "reader")), holds_, pause_in(data.as_object())
      );
    });
    serve("source", [this](const Json& data) {
      const JsonObject& what = data.as_object();
      return write_all(client_.open_writer(end_in(data, "writer")), what, holds_, pause_in(what));
    });
  }

  // --- The trigger type ---

  void on_bound(const TriggerConfig& trigger) {
    const JsonObject& config = trigger.config.as_object();
    if (config.contains("reject")) {
      throw std::runtime_error(text(config, "reject"));
    }
    {
      const std::lock_guard lock(mutex_);
      bound_.insert_or_assign(trigger.id, trigger);
    }
    say({
        {"event", "bound"},
        {"trigger", trigger.id},
        {"function", trigger.function_id},
        {"config", trigger.config},
        {"metadata", trigger.metadata.value_or(nullptr)},
    });
    if (const auto token = optional(config, "hold")) {
      holds_.wait(from_json<std::string>(*token).value());
    }
  }

  void on_unbound(const std::string& id) {
    {
      const std::lock_guard lock(mutex_);
      bound_.erase(id);
    }
    say({{"event", "unbound"}, {"trigger", id}});
  }

  // --- The commands ---

  static TriggerRequest request_in(const JsonObject& request) {
    return {
        .function_id = text(request, "function_id"),
        .payload = optional(request, "payload").value_or(nullptr),
        .timeout = timeout_in(request),
        .metadata = optional(request, "metadata"),
    };
  }

  static std::optional<std::chrono::milliseconds> timeout_in(const JsonObject& request) {
    const auto timeout = optional(request, "timeout_ms");
    return timeout ? std::optional(std::chrono::milliseconds(timeout->to_number<std::int64_t>()))
                   : std::nullopt;
  }

  Json call(const JsonObject& request) { return client_.trigger(request_in(request)); }

  Json call_void(const JsonObject& request) {
    TriggerRequest call = request_in(request);
    call.action = TriggerAction::Void();
    return client_.trigger(call);
  }

  Json offer(const JsonObject& request) {
    for (std::int64_t i = 0; i < request.at("count").as_int64(); ++i) {
      serve("many::" + std::to_string(i), [i] { return i; });
    }
    return nullptr;
  }

  Json calls(const JsonObject& request) {
    std::vector<std::future<Json>> calls;
    for (const Json& number : request.at("numbers").as_array()) {
      const std::string function_id = text(request, "prefix") + serialize(number);
      calls.push_back(client_.trigger_future({.function_id = function_id, .payload = JsonObject{}})
      );
    }
    JsonArray results;
    for (auto& call : calls) {
      results.push_back(call.get());
    }
    return results;
  }

  Json bind(const JsonObject& request) {
    const Trigger trigger = client_.register_trigger({
        .trigger_type = text(request, "type"),
        .function_id = text(request, "function_id"),
        .config = request.at("config"),
        .metadata = request.at("metadata"),
    });
    const std::lock_guard lock(mutex_);
    bindings_.emplace(request.at("binding").as_int64(), trigger);
    return nullptr;
  }

  Json unbind(const JsonObject& request) {
    const std::lock_guard lock(mutex_);
    bindings_.extract(request.at("binding").as_int64()).mapped().unregister();
    return nullptr;
  }

  Json fire(const JsonObject& request) {
    std::unique_lock lock(mutex_);
    const TriggerConfig trigger = bound_.at(text(request, "trigger"));
    lock.unlock();
    return client_.trigger({
        .function_id = trigger.function_id,
        .payload = request.at("payload"),
        .metadata = trigger.metadata,
    });
  }

  // What `action` returns, or the error that ended it.
  template <class Action>
  static Json outcome(Action action) {
    try {
      return action();
    } catch (const Error& error) {
      return {{"error", failure(error)}};
    }
  }

  static StreamChannelRef end_in(const Json& data, std::string_view name) {
    return from_json<StreamChannelRef>(data.as_object().at(name)).value();
  }

  Json send(const JsonObject& request) {
    Channel channel = client_.create_channel();
    TriggerRequest call = request_in(request);
    const Json pause = optional(request, "pause").value_or(nullptr);
    call.payload = {{"reader", to_json(channel.reader_ref)}, {"pause", pause}};
    std::future<Json> answer = client_.trigger_future(call);
    const Json sent =
        outcome([&] { return write_all(channel.writer, request, holds_, std::nullopt); });
    return {{"sent", sent}, {"received", outcome([&] { return answer.get(); })}};
  }

  Json receive(const JsonObject& request) {
    Channel channel = client_.create_channel();
    TriggerRequest call = request_in(request);
    JsonObject payload = request;
    payload["writer"] = to_json(channel.writer_ref);
    call.payload = std::move(payload);
    std::future<Json> answer = client_.trigger_future(call);
    const Json received = outcome([&] { return read_all(channel.reader, holds_, std::nullopt); });
    return {{"sent", outcome([&] { return answer.get(); })}, {"received", received}};
  }

  Json release(const JsonObject& request) {
    holds_.release(text(request, "token"));
    return nullptr;
  }

  Json leave(const JsonObject& /*request*/) {
    client_.shutdown();
    return nullptr;
  }

  std::string name_;
  Holds holds_;
  std::mutex mutex_;                            // of the tables
  std::map<std::int64_t, Trigger> bindings_;    // what this worker asked for, by our number
  std::map<std::string, TriggerConfig> bound_;  // what others asked of this worker's type
  Client client_;                               // last: its functions use everything above
};

}  // namespace
}  // namespace iii::interop

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: interop_worker URL NAME\n";
    return EXIT_FAILURE;
  }
  iii::interop::Worker worker(arguments[1], arguments[2]);
  for (std::string line; std::getline(std::cin, line);) {
    // Nobody joins them: a command may be held when the test has seen enough.
    std::thread([&worker, line] { worker.obey(line); }).detach();
  }
  std::quick_exit(EXIT_SUCCESS);
}
