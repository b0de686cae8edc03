// Was a trigger accepted? Engines tell of refusals only: one can wait for one, in three ways, and
// look at what is known. The provider here takes JSON. The engine is one for tests, inside of this
// program.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_input.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace {

// Without a type for its configs: they are what they are.
class Tides final : public iii::TriggerHandler {
 public:
  void register_trigger(const iii::TriggerConfig& trigger) override {
    const iii::Json* const place = trigger.config.as_object().if_contains("place");
    if (place == nullptr || *place != "Brest") {
      throw iii::Error::remote("no_sea", "there is no sea");  // refuses the trigger
    }
  }
  void unregister_trigger(const std::string&) override {}
};

std::string text_of(const std::optional<iii::Error>& refusal) {
  return refusal ? refusal->message() : "not refused";
}

iii::Task<std::string> await_refusal(iii::Trigger trigger) {
  co_return text_of(co_await trigger.refusal(std::chrono::seconds(30)));
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client provider = engine.connect();
  iii::Client client = engine.connect();
  const iii::TriggerTypeRef<> tides = provider.register_trigger_type(
      {.id = "tide", .description = "High water."}, std::make_shared<Tides>()
  );
  const auto bind = [&](const std::string& place) {
    return client.register_trigger(iii::RegisterTriggerInput{
        .trigger_type = tides.id(),
        .function_id = "harbour::open",
        .config = {{"place", place}},
    });
  };
  const iii::Trigger good = bind("Brest");
  const iii::Trigger bad = bind("Bern");
  std::cout << text_of(bad.wait_for_refusal(std::chrono::seconds(30))) << '\n';
  std::cout << iii::wait(await_refusal(bad)) << '\n';
  std::promise<std::string> heard;
  bad.refusal(std::chrono::seconds(30), [&](const std::optional<iii::Error>& refusal) {
    heard.set_value(text_of(refusal));
  });
  std::cout << heard.get_future().get() << '\n';

  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  std::cout << "Brest: " << text_of(good.status()) << ", Bern: " << text_of(bad.status()) << '\n';
  tides.unregister();
}
