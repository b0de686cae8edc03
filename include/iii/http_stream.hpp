// Functions behind `http` triggers that stream: uploads in, long answers and server-sent events
// out.
//
//   client.register_function("report::get", iii::http(client, [](iii::HttpCall<>& call) {
//     call.response().set_headers({{"content-type", "application/pdf"}});
//     call.response().write_file("report.pdf");
//   }));
//
// http() wraps a function of one HttpCall, and perhaps an Invocation; a coroutine if it returns a
// Task. What it returns is the answer, for example an HttpResponse<T>. If it returns nothing, or
// JSON null, the answer is what it streams, and it ends when the last copy of the response goes:
// with the function, or later, if some other thread has kept one. Nothing is sent before the first
// bytes, so that a function that throws before them still answers with status 500; after them the
// client of the HTTP request only sees an end.
#pragma once

#include <iii/channel.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/http.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace iii::inline v0 {

// A server-sent event, as the HTML standard has it.
struct SseEvent {
  std::string data = {};   // any number of lines
  std::string event = {};  // its type; empty: "message"
  // What the browser sends as Last-Event-ID when it comes back; empty: none.
  std::string id = {};
  std::optional<std::chrono::milliseconds> retry = {};  // how long it waits before it does

  friend bool operator==(const SseEvent&, const SseEvent&) = default;
};

// Its block of lines. Throws std::invalid_argument for a line end or NUL in `event` or `id`.
[[nodiscard]] std::string to_text(const SseEvent& event);

// The answer to an HTTP request, as a stream. Copies are the same answer; any thread. Errors are
// those of ChannelWriter: websocket above all when the HTTP client has gone.
class HttpResponseStream {
 public:
  class Handle;
  explicit HttpResponseStream(ChannelWriter writer);

  // --- Before the first bytes; std::logic_error afterwards ---
  // 100 to 599, otherwise std::invalid_argument. 200 if nothing is said.
  void set_status(std::uint16_t status_code);
  // Added to those set before; write names in lower case. Throws std::invalid_argument for what
  // HTTP cannot carry.
  void set_headers(const HttpHeaders& headers);
  // The headers of a stream of events.
  void set_event_headers();

  // --- The body ---
  // As ChannelWriter::write(): waits while the HTTP client is slow.
  void write(std::string_view bytes);
  [[nodiscard]] ChannelDone write_async(std::string bytes);
  // To the end of `in`. Throws std::ios_base::failure if reading fails.
  void write_from(std::istream& in);
  // Throws std::system_error if the file cannot be read.
  void write_file(const std::string& path);
  // As write(), in the form of text/event-stream.
  void send_event(const SseEvent& event);
  [[nodiscard]] ChannelDone send_event_async(const SseEvent& event);
  // What browsers skip: sent now and then, it shows whether somebody still listens.
  void send_comment(std::string_view text = "");

  // --- The end ---
  // Waits until the engine has it. Without a body, the answer is status and headers alone. Twice is
  // harmless. Dropping the last copy does the same without waiting.
  void close();
  [[nodiscard]] ChannelDone close_async();
  // Nothing is owed any more: the function answers otherwise. Dropping the last copy then opens
  // nothing. http() sees to it.
  void disclaim();

 private:
  std::shared_ptr<Handle> handle_;
};

namespace detail {

// The ends of the channels that a request names.
struct HttpChannels {
  std::optional<ChannelReader> body;
  std::optional<HttpResponseStream> response;
};
[[nodiscard]] HttpChannels open_http_channels(
    const ChannelOpener& opener,
    const std::optional<StreamChannelRef>& body,
    const std::optional<StreamChannelRef>& response
);
[[noreturn]] void throw_no_http_channel();

}  // namespace detail

// One HTTP request. Copies share body and response.
template <class T = Json>
class HttpCall {
 public:
  // Throws Error of kind serde if `input` is no request with a body of type T.
  HttpCall(const ChannelOpener& opener, const Json& input)
      : request(from_json<HttpRequest<T>>(input).value()),
        channels_(detail::open_http_channels(opener, request.request_body, request.response)) {}

  HttpRequest<T> request;

  // The bytes of the body as they arrive. `request.body` is null unless they are JSON. Read them
  // before the response begins: engines forget channels that nobody has opened by then. Engines of
  // line 0.11 do not end it for JSON before the response ends. Errors of both: serde, if the call
  // did not come through an http trigger.
  [[nodiscard]] ChannelReader& body() { return required(channels_.body); }
  // The answer, begun by what is written first. serde likewise.
  [[nodiscard]] HttpResponseStream& response() { return required(channels_.response); }

  // See HttpResponseStream.
  void disclaim() {
    if (channels_.response) {
      channels_.response->disclaim();
    }
  }

 private:
  template <class End>
  static End& required(std::optional<End>& end) {
    if (!end) {
      detail::throw_no_http_channel();
    }
    return *end;
  }

  detail::HttpChannels channels_;
};

namespace detail {

template <bool takes_invocation, class F, class Call>
decltype(auto) call_http(F& function, Call& call, const Invocation& invocation) {
  if constexpr (takes_invocation) {
    return function(call, invocation);
  } else {
    return function(call);
  }
}

template <class Call, class F>
Json run_http(F& function, const ChannelOpener& opener, const Json& input, const Invocation& of) {
  constexpr bool takes_invocation = Signature<F>::takes_invocation;
  Call call(opener, input);
  try {
    if constexpr (std::is_void_v<typename Signature<F>::Result>) {
      call_http<takes_invocation>(function, call, of);
      return nullptr;
    } else {
      Json answered = answer(call_http<takes_invocation>(function, call, of));
      if (!answered.is_null()) {
        call.disclaim();
      }
      return answered;
    }
  } catch (...) {
    call.disclaim();
    throw;
  }
}

template <class Call, class F>
Task<Json> run_http_task(
    std::shared_ptr<F> function, ChannelOpener opener, Json input, Invocation of
) {
  constexpr bool takes_invocation = Signature<F>::takes_invocation;
  Call call(opener, input);
  try {
    if constexpr (std::is_void_v<typename Signature<F>::Result::value_type>) {
      co_await call_http<takes_invocation>(*function, call, of);
      co_return nullptr;
    } else {
      Json answered = answer(co_await call_http<takes_invocation>(*function, call, of));
      if (!answered.is_null()) {
        call.disclaim();
      }
      co_return answered;
    }
  } catch (...) {
    call.disclaim();
    throw;
  }
}

template <class T>
struct IsHttpCall : std::false_type {};
template <class T>
struct IsHttpCall<HttpCall<T>> : std::true_type {};

// Only http() makes one, of the request that the engine sends.
template <class T>
struct CodecOf<HttpCall<T>> {
  static_assert(
      !IsHttpCall<HttpCall<T>>::value,
      "iii: a function of an iii::HttpCall is registered as iii::http(client, function)"
  );
  static constexpr Codec table{.encode = nullptr, .decode = nullptr, .schema = nullptr};
};

template <class F>
consteval bool takes_http_call() {
  if constexpr (Signature<F>::is_known) {
    return IsHttpCall<typename Signature<F>::First>::value;
  } else {
    return false;
  }
}

template <class F>
Function http_function(ChannelOpener opener, F function) {
  using Signature = detail::Signature<F>;
  using Call = typename Signature::First;
  if constexpr (TaskValue<typename Signature::Result>::is_task) {
    return Function([opener = std::move(opener),
                     shared = std::make_shared<F>(std::move(function))](Json input, Invocation of) {
      return run_http_task<Call>(shared, opener, std::move(input), std::move(of));
    });
  } else {
    return Function([opener = std::move(opener), function = std::move(function)](
                        const Json& input, const Invocation& of
                    ) mutable { return run_http<Call>(function, opener, input, of); });
  }
}

}  // namespace detail

// See above. The client is not kept alive by it.
template <class F>
[[nodiscard]] Function http(const Client& client, F function) {
  static_assert(
      detail::takes_http_call<F>(),
      "iii: a function behind http() takes an iii::HttpCall<Body>&, and perhaps an "
      "iii::Invocation; it is not overloaded and has no auto parameters"
  );
  if constexpr (detail::takes_http_call<F>()) {
    return detail::http_function(client.channel_opener(), std::move(function));
  } else {
    return Function([] {});
  }
}

}  // namespace iii::inline v0
