// A topic with one subscriber, who hears what is published. The engine's address comes from
// III_URL.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/pubsub.hpp>

#include <chrono>
#include <future>
#include <iostream>

namespace {

struct Door {
  int number = 0;
  bool is_open = false;
};
III_DESCRIBE(Door, number, is_open)

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "doors"});
  const iii::PubSubClient topics(client);
  std::promise<Door> heard;
  topics.subscribe("doors", "doors::on_door", [&heard](const Door& door) {
    heard.set_value(door);
  });
  try {
    topics.publish("doors", Door{.number = 4, .is_open = true});
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  auto door = heard.get_future();
  if (door.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    std::cerr << "nothing was heard\n";
    return 1;
  }
  std::cout << "door " << door.get().number << " is open\n";
  client.shutdown();
}
