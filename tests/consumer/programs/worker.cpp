// A program that links the SDK alone. Serves a function at the engine in III_URL and calls it, and
// catches an exception that was thrown inside the library.
#include <iii/iii.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace {

struct Number {
  int value = 0;
};
III_DESCRIBE(Number, value)

Number twice(const Number& in) {
  if (in.value < 0) {
    throw iii::Error::remote("negative", "there is no half of nothing");
  }
  return {.value = 2 * in.value};
}

// The code of the error with which a call ends, as the program that catches it sees it.
std::string code_of(iii::Client& client, const iii::TriggerRequest& request) {
  try {
    client.trigger(request);
  } catch (const iii::Error& error) {
    return error.code();
  }
  return "no error";
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "consumer"});
  client.register_function("consumer::twice", twice);
  const iii::Logger logger;
  logger.info("registered");

  const auto four = client.trigger_as<Number>(
      {.function_id = "consumer::twice", .payload = iii::to_json(Number{.value = 2})}
  );
  const std::string thrown_here =
      code_of(client, {.function_id = "consumer::twice", .payload = {{"value", -1}}});
  const std::string thrown_there = code_of(client, {.function_id = "consumer::nobody"});
  client.shutdown();

  std::cout << four.value << ' ' << thrown_here << ' ' << thrown_there << '\n';
  return four.value == 4 && thrown_here == "negative" && thrown_there == "function_not_found"
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
