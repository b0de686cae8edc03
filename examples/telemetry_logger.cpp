// Logs that belong to a call: what the function writes, the engine shows with the call's trace.
#include <iii/client.hpp>
#include <iii/logger.hpp>
#include <iii/otel.hpp>

#include <chrono>
#include <iostream>

int main() {
  iii::Client client = iii::register_worker({.worker_name = "logger-example"});
  const iii::Logger logger;
  logger.debug("counting", {{"shelf", 3}});
  logger.info("ready", {{"address", client.address()}});
  logger.warn("running low", {{"item", "tea"}, {"left", 2}});
  logger.error("sold out", {{"item", "milk"}});
  // Only so that the example can say it: shutdown() sends what is left by itself.
  const bool is_complete = iii::flush_otel(std::chrono::seconds(10));
  std::cout << (is_complete ? "delivered" : "not delivered") << '\n';
  client.shutdown();
}
