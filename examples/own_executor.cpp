// A client on a Boost.Asio executor of the program's own, called with completion tokens. No thread
// is started for its I/O. The engine's address comes from III_URL.
#include <iii/asio.hpp>
#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/trigger.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

// NOLINTNEXTLINE(bugprone-exception-escape): what fails ends the program
int main() {
  boost::asio::io_context io;
  iii::Client client = iii::register_worker(io.get_executor());
  client.register_function("own::double", [](int number) { return 2 * number; });

  int status = EXIT_FAILURE;
  const iii::TriggerRequest request{.function_id = "own::double", .payload = 21};
  const auto on_answer = [&](const std::exception_ptr& error, const iii::Json& answer) {
    if (!error) {
      std::cout << answer << '\n';
      status = EXIT_SUCCESS;
    }
    client.shutdown_async();  // io.run() returns when it is done
  };
  iii::async_trigger(client, request, boost::asio::bind_executor(io, on_answer));
  io.run();
  return status;
}
