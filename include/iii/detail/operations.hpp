// What the clients of built-in functions (state_client.hpp, stream_client.hpp, pubsub.hpp) share:
// one call with a described payload and a typed answer, blocking or awaited.
#pragma once

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace iii::inline v0::detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

// Absent and null are the same (spec: state §3.3).
template <class R>
R read_answer(const Json& answer) {
  if constexpr (std::is_void_v<R>) {
    static_cast<void>(answer);
  } else if constexpr (IsOptional<R>::value) {
    return answer.is_null() ? R() : R(argument<typename R::value_type>(answer));
  } else {
    return argument<R>(answer);
  }
}

class Operations {
 public:
  Operations(Client client, std::optional<std::chrono::milliseconds> timeout)
      : client_(std::move(client)), timeout_(timeout) {}

  template <class R>
  R call(const char* function_id, Json payload) const {
    Client client = client_;
    return read_answer<R>(client.trigger(request(function_id, std::move(payload))));
  }
  template <class R>
  Task<R> call_async(const char* function_id, Json payload) const {
    return run<R>(client_, request(function_id, std::move(payload)));
  }

  [[nodiscard]] const Client& client() const { return client_; }

 private:
  [[nodiscard]] TriggerRequest request(const char* function_id, Json payload) const {
    return {.function_id = function_id, .payload = std::move(payload), .timeout = timeout_};
  }
  template <class R>
  static Task<R> run(Client client, TriggerRequest request) {
    co_return read_answer<R>(co_await client.trigger_async(std::move(request)));
  }

  Client client_;
  std::optional<std::chrono::milliseconds> timeout_;
};

}  // namespace iii::inline v0::detail
