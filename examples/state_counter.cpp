// Counts in the engine's state: atomic steps, whoever else counts. The engine's address comes from
// III_URL.
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/state_client.hpp>
#include <iii/update.hpp>

#include <iostream>

int main() {
  iii::Client client = iii::register_worker({.worker_name = "counter"});
  const iii::StateClient state(client);
  try {
    for (int visit = 0; visit < 3; ++visit) {
      const iii::UpdateResult result =
          state.update("site", "home", iii::UpdateBuilder().increment("visits", 1));
      std::cout << iii::serialize(result.new_value) << '\n';
    }
    const auto before = state.erase("site", "home");
    std::cout << "forgotten: " << (before ? iii::serialize(*before) : "nothing") << '\n';
  } catch (const iii::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  client.shutdown();
}
