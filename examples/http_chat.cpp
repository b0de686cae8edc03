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

#include <iostream>
#include <mutex>
#include <string>
#include <vector>

namespace {

struct Message {
  std::string from;
  std::string text;
};
III_DESCRIBE(Message, from, text)

// Functions run on several threads.
class Room {
 public:
  // The answer goes on after the function: it ends with the last copy of the stream.
  void join(iii::HttpCall<>& call) {
    iii::HttpResponseStream listener = call.response();
    listener.set_event_headers();
    listener.send_comment("welcome");
    const std::scoped_lock lock(mutex_);
    listeners_.push_back(listener);
  }

  // As fast as the slowest listener; who has gone is forgotten.
  iii::HttpResponse<> say(const iii::HttpRequest<Message>& request) {
    const std::scoped_lock lock(mutex_);
    const iii::SseEvent event{
        .data = iii::serialize(iii::to_json(request.body)),
        .id = std::to_string(++last_),
    };
    std::erase_if(listeners_, [&event](iii::HttpResponseStream& listener) {
      try {
        listener.send_event(event);
        return false;
      } catch (const iii::Error&) {
        return true;
      }
    });
    return {.status_code = 202, .body = {{"listeners", listeners_.size()}}};
  }

 private:
  std::mutex mutex_;
  std::vector<iii::HttpResponseStream> listeners_;
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
