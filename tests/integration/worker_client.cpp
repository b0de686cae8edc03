#include "worker_client.hpp"

#include "socket_client.hpp"
#include "support/core_texts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::test {
namespace {

std::string text_of(const boost::json::value& message, std::string_view member) {
  const auto* found = message.as_object().if_contains(member);
  return found == nullptr || !found->is_string()
             ? std::string()
             : std::string(std::string_view(found->get_string()));
}

bool is_of_type(const boost::json::value& message, std::string_view type) {
  return text_of(message, "type") == type;
}

}  // namespace

WorkerClient::WorkerClient(std::uint16_t port, ClientOptions options)
    : socket_(port, std::move(options)) {
  socket_.upgrade("/");
  worker_id_ = text_of(
      take([](const auto& message) { return is_of_type(message, "workerregistered"); }), "worker_id"
  );
}

void WorkerClient::settle() {
  send(R"({"type":"ping"})");
  take([](const auto& message) { return is_of_type(message, "pong"); });
}

void WorkerClient::serve(std::string_view function_id) {
  send(register_function(function_id));
  settle();
}

void WorkerClient::announce_runtime(std::string_view runtime) {
  call(
      "engine::workers::register",
      R"({"name":"w","version":"0.22.1","runtime":")" + std::string(runtime) + "\"}"
  );
}

std::string WorkerClient::start_call(std::string_view function_id, std::string_view data) {
  // Of this worker alone: ids of calls are global.
  std::string id = worker_id_;
  id.replace(id.size() - 12, 12, uuid(++calls_).substr(24));
  send(test::call(id, function_id, data));
  return id;
}

boost::json::value WorkerClient::call(std::string_view function_id, std::string_view data) {
  return answer_to(start_call(function_id, data));
}

boost::json::value WorkerClient::answer_to(std::string_view invocation_id) {
  return take([invocation_id](const auto& message) {
    return is_of_type(message, "invocationresult") &&
           text_of(message, "invocation_id") == invocation_id;
  });
}

std::string WorkerClient::create_channel() {
  const auto channel = call("engine::channels::create", R"({"buffer_size":1024})").at("result");
  return "/ws/channels/" + text_of(channel.at("writer"), "channel_id") +
         "?key=" + text_of(channel.at("writer"), "access_key") + "&dir=";
}

boost::json::value WorkerClient::next_call() {
  return take([](const auto& message) { return is_of_type(message, "invokefunction"); });
}

void WorkerClient::answer(const boost::json::value& call, std::string_view result_json) {
  send(result(text_of(call, "invocation_id"), text_of(call, "function_id"), result_json));
}

boost::json::value WorkerClient::next_message() {
  return take([](const auto&) { return true; });
}

Received WorkerClient::ending() {
  for (;;) {
    Received message = socket_.next();
    if (message.kind == Kind::close || message.kind == Kind::ended) {
      return message;
    }
  }
}

template <class Wanted>
boost::json::value WorkerClient::take(Wanted is_wanted) {
  for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
    if (is_wanted(*kept)) {
      boost::json::value message = std::move(*kept);
      kept_.erase(kept);
      return message;
    }
  }
  for (;;) {
    boost::json::value message = boost::json::parse(socket_.next_text());
    if (is_wanted(message)) {
      return message;
    }
    kept_.push_back(std::move(message));
  }
}

std::string error_code(const boost::json::value& result_message) {
  const auto* error = result_message.as_object().if_contains("error");
  return error == nullptr ? std::string() : text_of(*error, "code");
}

}  // namespace iii::test
