// A kind of trigger of one's own: "greeting" calls a function for each of its names. The engine's
// address comes from III_URL.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_type.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

struct GreetingConfig {
  std::vector<std::string> names;
};
III_DESCRIBE(GreetingConfig, names)

struct Greeting {
  std::string name;
};
III_DESCRIBE(Greeting, name)

// A real provider would keep the trigger and fire when something happens. This one fires at once.
class Greeter final : public iii::TriggerHandlerOf<GreetingConfig> {
 public:
  explicit Greeter(iii::Client& client) : client_(client) {}

  void register_trigger(const iii::TriggerConfigOf<GreetingConfig>& trigger) override {
    if (trigger.config.names.empty()) {
      throw iii::Error::remote("no_names", "nobody to greet");  // refuses the trigger
    }
    for (const std::string& name : trigger.config.names) {
      client_.trigger({
          .function_id = trigger.function_id,
          .payload = iii::to_json(Greeting{.name = name}),
          .action = iii::TriggerAction::Void(),
          .metadata = trigger.metadata,
      });
    }
  }
  void unregister_trigger(const std::string&) override {}

 private:
  iii::Client& client_;  // a copy would keep the client alive for ever
};

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "greeter"});
  const iii::TriggerTypeRef<GreetingConfig, Greeting> greetings = client.register_trigger_type(
      iii::trigger_type<GreetingConfig, Greeting>("greeting", "Greets everybody."),
      std::make_shared<Greeter>(client)
  );

  std::promise<void> all_greeted;
  std::atomic<int> greeted = 0;
  greetings.register_function("greeter::greet", [&](const Greeting& greeting) {
    std::cout << "Hello, " + greeting.name + "!\n";
    if (++greeted == 2) {
      all_greeted.set_value();
    }
  });
  greetings.register_trigger("greeter::greet", {.names = {"Ada", "Grace"}});
  const auto outcome = all_greeted.get_future().wait_for(std::chrono::seconds(10));

  const iii::Trigger refused = greetings.register_trigger("greeter::greet", {});
  const auto refusal = refused.wait_for_refusal(std::chrono::seconds(10));
  std::cout << (refusal ? refusal->message() : "nobody refused") << '\n';
  client.unregister_trigger_type(greetings.id());
  client.shutdown();
  return outcome == std::future_status::ready && refusal ? 0 : 1;
}
