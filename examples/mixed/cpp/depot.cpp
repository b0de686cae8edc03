// The depot: a worker in C++. It keeps what the shop, which is written in Node, sells, and shows it
// at GET /stock/:item. It offers a trigger type: whoever binds a function to it is told when an
// item is getting low.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/http.hpp>
#include <iii/json.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace {

struct Wanted {
  std::string item;
  int count = 0;
};
III_DESCRIBE(Wanted, item, count)

struct Stock {
  std::string item;
  int left = 0;
};
III_DESCRIBE(Stock, item, left)

struct Item {
  std::string item;
};
III_DESCRIBE(Item, item)

// What a function is bound with, and when it is called.
struct Watch {
  int below = 0;
};
III_DESCRIBE(Watch, below)

void tell(const std::string& text) {
  std::cout << "  C++     " + text + '\n' << std::flush;
}

// Functions and bindings run on several threads.
class Depot {
 public:
  explicit Depot(const char* engine)
      : client_(iii::register_worker(engine, {.worker_name = "depot"})) {
    client_.register_function("depot::stock", [this](const Item& of) { return stock(of.item); });
    client_.register_function("depot::take", [this](const Wanted& what) { return take(what); });
    client_.register_function("depot::show", [this](const iii::HttpRequest<>& request) {
      return show(request.path_params.at("item"));
    });
    client_.register_trigger(
        iii::HttpTriggerConfig{.api_path = "/stock/:item"}.for_function("depot::show")
    );
    client_.register_trigger_type(
        iii::trigger_type<Watch, Stock>("depot::low", "An item is getting low"),
        [this](const iii::TriggerConfigOf<Watch>& trigger) { watch(trigger); },
        [this](const std::string& id) { unwatch(id); }
    );
    // Messages of one connection are served in order: after this answer all of it is known.
    client_.trigger({.function_id = "engine::functions::list", .payload = iii::JsonObject{}});
    tell("the depot is open");
  }

  void run() { iii::run_until_signal(client_); }

 private:
  struct Watcher {
    std::string function_id;
    int below = 0;
  };

  Stock stock(const std::string& item) {
    const std::lock_guard lock(mutex_);
    tell("depot::stock is asked for \"" + item + "\" and answers " + std::to_string(left_[item]));
    return {.item = item, .left = left_[item]};
  }

  iii::HttpResponse<Stock> show(const std::string& item) {
    const std::lock_guard lock(mutex_);
    const auto found = left_.find(item);
    tell("depot::show is asked for \"" + item + "\" by HTTP");
    return found == left_.end() ? iii::HttpResponse<Stock>{.status_code = 404, .body = {item, 0}}
                                : iii::HttpResponse<Stock>{.body = {item, found->second}};
  }

  Stock take(const Wanted& wanted) {
    const std::string what = std::to_string(wanted.count) + " x \"" + wanted.item + '"';
    const std::lock_guard lock(mutex_);
    int& left = left_[wanted.item];
    if (left < wanted.count) {
      tell("depot::take is asked for " + what + " and refuses");
      throw iii::Error::remote("out_of_stock", "only " + std::to_string(left) + " left");
    }
    left -= wanted.count;
    tell("depot::take gives away " + what + ", " + std::to_string(left) + " left");
    const Stock now{.item = wanted.item, .left = left};
    warn(now);
    return now;
  }

  // Nobody waits for the functions that are told.
  void warn(const Stock& stock) {
    for (const auto& [id, watcher] : watchers_) {
      if (stock.left < watcher.below) {
        tell("depot::low fires for " + watcher.function_id);
        client_.trigger({
            .function_id = watcher.function_id,
            .payload = iii::to_json(stock),
            .action = iii::TriggerAction::Void(),
        });
      }
    }
  }

  void watch(const iii::TriggerConfigOf<Watch>& trigger) {
    const std::lock_guard lock(mutex_);
    watchers_.insert_or_assign(trigger.id, Watcher{trigger.function_id, trigger.config.below});
    tell(
        trigger.function_id + " is bound to depot::low below " +
        std::to_string(trigger.config.below)
    );
  }

  void unwatch(const std::string& id) {
    const std::lock_guard lock(mutex_);
    watchers_.erase(id);
  }

  std::mutex mutex_;  // of the tables
  std::map<std::string, int> left_{{"apple", 12}, {"pear", 3}};
  std::map<std::string, Watcher> watchers_;
  iii::Client client_;  // last: its functions use everything above
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: depot ENGINE\n";
    return EXIT_FAILURE;
  }
  try {
    Depot depot(arguments[1]);
    depot.run();
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
