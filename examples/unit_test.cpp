// Testing a worker without a network: a function that calls another, a trigger, and a timeout that
// nobody waits for. Any test framework will do; this file needs none.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>
#include <iii/trigger_events.hpp>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>

namespace {

// --- The worker under test ---

struct Order {
  std::string item;
  int count = 0;
};
III_DESCRIBE(Order, item, count)

void register_shop(iii::Client& client) {
  client.register_function("shop::total", [&client](const Order& order) {
    const iii::Json price = client.trigger({
        .function_id = "prices::of",
        .payload = iii::Json(order.item),
        .timeout = std::chrono::seconds(5),
    });
    return price.to_number<int>() * order.count;
  });
  client.register_function("shop::close", [&client](const iii::CronCallRequest& request) {
    client.trigger({
        .function_id = "mail::send",
        .payload = {{"job", request.job_id}},
        .action = iii::TriggerAction::Void(),
    });
  });
  client.register_trigger({
      .trigger_type = "cron",
      .function_id = "shop::close",
      .config = {{"expression", "0 0 18 * * *"}},
  });
}

// --- The tests ---

void expect(bool condition, const char* what) {
  if (!condition) {
    std::cerr << "failed: " << what << '\n';
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing is left to do
  }
}

void total_is_price_times_count() {
  iii::testing::Engine engine;
  iii::Client shop = engine.connect();
  register_shop(shop);
  iii::Client others = engine.connect();  // plays the rest of the system
  others.register_function("prices::of", [](const std::string& item) {
    return item == "tea" ? 4 : 1;
  });
  expect(engine.settle(), "everything is registered");
  const iii::Json total = others.trigger(
      {.function_id = "shop::total", .payload = iii::to_json(Order{.item = "tea", .count = 3})}
  );
  expect(total == 12, "three teas cost twelve");
}

void closing_sends_a_mail() {
  iii::testing::Engine engine;
  iii::Client shop = engine.connect();
  register_shop(shop);
  const auto answers = engine.fire("cron", iii::CronCallRequest{.job_id = "evening"});
  expect(answers.size() == 1 && answers[0].has_value(), "one job ran");
  expect(engine.settle(), "it has ended");
  const auto mails = engine.calls("mail::send");
  expect(mails.size() == 1 && mails[0].payload.at("job") == "evening", "one mail was sent");
}

void a_silent_price_service_is_a_timeout() {
  iii::testing::Engine engine;
  iii::Client shop = engine.connect();
  register_shop(shop);
  iii::Client others = engine.connect();
  std::promise<void> asked;
  std::promise<void> over;
  others.register_function("prices::of", [&] {
    asked.set_value();
    over.get_future().wait();
  });
  expect(engine.settle(), "everything is registered");
  auto total = others.trigger_future(
      {.function_id = "shop::total", .payload = iii::to_json(Order{.item = "tea", .count = 1})}
  );
  asked.get_future().wait();
  engine.advance(std::chrono::seconds(5));  // in no time
  try {
    total.get();
    expect(false, "the call fails");
  } catch (const iii::Error& error) {
    expect(error.message() == "invocation timed out", "because of the price");
  }
  over.set_value();
}

}  // namespace

int main() {
  total_is_price_times_count();
  closing_sends_a_mail();
  a_silent_price_service_is_a_timeout();
  std::cout << "3 tests passed\n";
}
