// A chat room: GET /chat is a stream of server-sent events, POST /chat {"from","text"} goes to all
// who listen. Needs an engine with an HTTP worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>
#include <iii/json.hpp>

#include <cstddef>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

struct Message {
  std::string from;
  std::string text;
};
III_DESCRIBE(Message, from, text)

// Functions run on several threads. Who sends waits for one listener at most: all others are served
// by those who speak next.
class Room {
 public:
  // The answer goes on after the function: it ends with the last copy of the stream.
  void join(iii::HttpCall<>& call) {
    iii::HttpResponseStream stream = call.response();
    stream.set_event_headers();
    stream.send_comment("welcome");
    const std::scoped_lock lock(mutex_);
    listeners_.push_back(std::make_shared<Listener>(stream));
  }

  iii::HttpResponse<> say(const iii::HttpRequest<Message>& request) {
    for (const std::shared_ptr<Listener>& listener : tell(request.body)) {
      send_waiting(*listener);
    }
    const std::scoped_lock lock(mutex_);
    std::erase_if(listeners_, [](const auto& listener) { return listener->has_gone; });
    return {.status_code = 202, .body = {{"listeners", listeners_.size()}}};
  }

 private:
  static constexpr std::size_t waiting_max = 100;

  struct Listener {
    explicit Listener(iii::HttpResponseStream answer) : stream(std::move(answer)) {}

    iii::HttpResponseStream stream;
    std::deque<iii::SseEvent> waiting;
    bool is_being_sent = false;
    bool has_gone = false;
  };

  // Who listens; those who are too slow do not any more.
  std::vector<std::shared_ptr<Listener>> tell(const Message& message) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(listeners_, [](const auto& listener) {
      return listener->waiting.size() == waiting_max;
    });
    const iii::SseEvent event{
        .data = iii::serialize(iii::to_json(message)),
        .id = std::to_string(++last_),
    };
    for (const std::shared_ptr<Listener>& listener : listeners_) {
      listener->waiting.push_back(event);
    }
    return listeners_;
  }

  // Sending takes as long as the listener does, so not under the lock.
  void send_waiting(Listener& listener) {
    std::unique_lock lock(mutex_);
    if (listener.is_being_sent) {
      return;
    }
    listener.is_being_sent = true;
    while (!listener.waiting.empty() && !listener.has_gone) {
      const iii::SseEvent event = std::move(listener.waiting.front());
      listener.waiting.pop_front();
      lock.unlock();
      bool has_gone = false;
      try {
        listener.stream.send_event(event);
      } catch (const iii::Error&) {
        has_gone = true;
      }
      lock.lock();
      listener.has_gone = has_gone;
    }
    listener.is_being_sent = false;
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  int last_ = 0;
};

}  // namespace

int main() {
  Room room;
  iii::Client client = iii::register_worker({.worker_name = "chat"});
  client.register_function("chat::join", iii::http(client, [&room](iii::HttpCall<>& call) {
                             room.join(call);
                           }));
  client.register_function("chat::say", [&room](const iii::HttpRequest<Message>& request) {
    return room.say(request);
  });
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/chat", .http_method = iii::HttpMethod::post}
          .for_function("chat::say")
  );
  client.register_trigger(iii::HttpTriggerConfig{.api_path = "/chat"}.for_function("chat::join"));
  std::cerr << "/chat is registered\n";
  iii::run_until_signal(client);
}
