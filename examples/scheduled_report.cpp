// A report by the clock: shows when it will be made, registers it, and waits for the first one. The
// engine's address comes from III_URL; the schedule from the command line, every second without.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <utility>

int main(int argc, char** argv) {
  const std::string expression = argc > 1 ? argv[1] : "* * * * * *";
  iii::Client client = iii::register_worker({.worker_name = "reports"});
  std::promise<std::string> first;
  bool is_first = true;
  client.register_function("reports::make", [&](const iii::Json& tick) {
    if (std::exchange(is_first, false)) {
      first.set_value(tick.at("scheduled_time").as_string().c_str());
    }
  });
  try {
    // Clocks are set forward in this night: the time that they skip is made up for at once.
    const iii::Json preview = client.trigger({
        .function_id = "engine::cron::preview",
        .payload =
            {{"expression", "0 30 2 * * *"},
             {"timezone", "Europe/Berlin"},
             {"after", "2026-03-28T12:00:00Z"},
             {"count", 2}},
    });
    for (const iii::Json& time : preview.at("times").as_array()) {
      std::cout << time.at("local_time").as_string().c_str() << '\n';
    }
    client.register_trigger(iii::CronTriggerConfig{
        .expression = expression,
        .timezone = "Europe/Berlin",
        .overlap = iii::CronOverlap::skip,
    }
                                .for_function("reports::make"));
    std::future<std::string> made = first.get_future();
    if (made.wait_for(std::chrono::seconds(30)) != std::future_status::ready) {
      std::cerr << "no report in 30 seconds\n";
      return 1;
    }
    std::cout << "report of " << made.get() << '\n';
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  client.shutdown();
}
