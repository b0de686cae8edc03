// An engine that is killed and started again, under load: sdk_restarts [ROUNDS]. In each round the
// load goes on while iiid is killed with SIGKILL and started anew at its port; then everything that
// the workers registered must be there exactly once, providers must have been told of each trigger
// once, and calls must succeed again; the provider fires each trigger, and its function must be
// called exactly once. Every call of the load must end exactly once, with a result or a documented
// error. Afterwards there are no more threads, and no more memory, than after the first rounds. All
// of it first without telemetry and then with it, which keeps what it has to tell while there is no
// engine.
#include "base/limits.hpp"
#include "firings.hpp"
#include "process.hpp"

#include <iii/client.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/registration.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t functions = 20;
constexpr std::size_t triggers = 5;
constexpr std::size_t in_flight = 64;
constexpr auto patience = 60s;

class Engine {
 public:
  explicit Engine(std::uint16_t port) : process_({III_IIID, "--port", std::to_string(port)}) {
    std::string line;
    while (line.find(" listening ") == std::string::npos) {
      line = process_.next_error_line();
    }
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.find("port=") + 5)));
    process_.close_errors();
  }

  void kill() {
    process_.signal(SIGKILL);
    static_cast<void>(process_.wait());
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  Process process_;
  std::uint16_t port_ = 0;
};

// Calls one after the other, always so many at once, until it is told to stop.
class Load {
 public:
  explicit Load(Client& client) : client_(client) {
    for (std::size_t i = 0; i < in_flight; ++i) {
      call();
    }
  }
  // Calls under way refer to it, also when something else has failed.
  ~Load() { static_cast<void>(stop()); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  [[nodiscard]] std::uint64_t results() const { return results_.load(); }
  [[nodiscard]] std::uint64_t ended() const { return ended_.load(); }
  [[nodiscard]] std::map<std::string, std::uint64_t> errors() const {
    const std::lock_guard lock(mutex_);
    return errors_;
  }

  // False: calls have not ended.
  [[nodiscard]] bool stop() {
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    return stopped_.wait_for(lock, patience, [this] { return open_ == 0; });
  }

 private:
  void call() {
    const std::uint64_t number = ++started_;
    auto ends = std::make_shared<std::atomic<int>>(0);
    client_.trigger(
        {.function_id = "soak::echo" + std::to_string(number % functions),
         .payload = Json{{"number", number}},
         .timeout = 10s},
        [this, number, ends](const Result<Json>& result) {
          if (++*ends != 1) {
            std::cerr << "call " << number << " ended twice\n";
            std::abort();
          }
          on_ended(number, result);
        }
    );
  }

  void on_ended(std::uint64_t number, const Result<Json>& result) {
    ++ended_;
    if (result) {
      if (result->at("number").to_number<std::uint64_t>() != number) {
        std::cerr << "call " << number << " got the result of another one\n";
        std::abort();
      }
      ++results_;
    }
    {
      const std::lock_guard lock(mutex_);
      if (!result) {
        ++errors_
            [std::string(to_string(result.error().kind())) + " " +
             std::string(result.error().code())];
      }
      if (is_stopping_) {
        --open_;
        stopped_.notify_all();
        return;
      }
    }
    call();
  }

  Client& client_;
  std::atomic<std::uint64_t> started_ = 0;
  std::atomic<std::uint64_t> ended_ = 0;
  std::atomic<std::uint64_t> results_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopping_ = false;
  std::size_t open_ = in_flight;
  std::map<std::string, std::uint64_t> errors_;
};

void wait_until(std::string_view what, const std::function<bool()>& condition) {
  const auto deadline = Clock::now() + patience;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (!condition()) {
    if (Clock::now() > deadline) {
      throw std::runtime_error("not in time: " + std::string(what));
    }
    never.wait_for(lock, 2ms);
  }
}

// A line of /proc/self/status, in its own unit.
std::size_t own_status(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word == name + ":") {
      std::size_t value = 0;
      file >> value;
      return value;
    }
  }
  return 0;
}

InitOptions options(const std::string& name, bool has_telemetry) {
  InitOptions options;
  options.otel.enabled = has_telemetry;
  options.worker_name = name;
  options.reconnection = {.initial_delay_ms = 5, .max_delay_ms = 100};
  // A fixed number, so that more threads at the end are threads that were left behind.
  options.handler_threads = options.handler_threads_max = 4;
  options.log = [](LogLevel, const std::string&) {};
  return options;
}

// The functions of the triggers, one each.
std::vector<std::string> fired_functions() {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < triggers; ++i) {
    ids.push_back("soak::fired" + std::to_string(i));
  }
  return ids;
}

void offer(Client& worker, Firings& firings) {
  for (std::size_t i = 0; i < functions; ++i) {
    worker.register_function("soak::echo" + std::to_string(i), [](const Json& in) { return in; });
  }
  worker.register_trigger_type(
      RegisterTriggerTypeMessage{.id = "soak-event", .description = "after each restart"},
      [&firings](const TriggerConfig& binding) { firings.bind(binding); },
      [](const std::string&) {}
  );
  for (const std::string& id : fired_functions()) {
    worker.register_function(id, [&firings, id](const Json& event) {
      firings.arrive(id, event);
      return Json(nullptr);
    });
    worker.register_trigger(
        RegisterTriggerInput{.trigger_type = "soak-event", .function_id = id, .config = Json{}}
    );
  }
}

bool is_complete(Client& caller) {
  try {
    std::map<std::string, std::size_t> seen;
    for (const FunctionInfo& function : caller.list_functions()) {
      seen[function.function_id] += 1;
    }
    std::vector<std::string> ids = fired_functions();
    for (std::size_t i = 0; i < functions; ++i) {
      ids.push_back("soak::echo" + std::to_string(i));
    }
    for (const std::string& id : ids) {
      if (const std::size_t count = seen[id]; count != 1) {
        if (count > 1) {
          throw std::runtime_error("a function is there more than once");
        }
        return false;
      }
    }
    const auto workers = caller.list_workers();
    const auto own = static_cast<std::size_t>(std::ranges::count_if(workers, [](const auto& each) {
      return each.name && each.name->starts_with("soak-");
    }));
    if (own > 2) {
      throw std::runtime_error("a worker is there more than once");
    }
    const auto all = caller.list_triggers();
    const auto ours = static_cast<std::size_t>(std::ranges::count(
        all, "soak-event", [](const TriggerInfo& trigger) { return trigger.trigger_type; }
    ));
    if (ours > triggers) {
      throw std::runtime_error("a trigger is there more than once");
    }
    return ours == triggers && own == 2;
  } catch (const Error&) {
    return false;  // not connected yet
  }
}

struct Size {
  std::size_t threads = own_status("Threads");
  std::size_t memory_kib = own_status("VmRSS");
};

// What the load says afterwards.
void report(const Load& load, std::size_t rounds) {
  std::cout << rounds << " restarts, " << load.ended() << " calls ended, " << load.results()
            << " with a result\n";
  bool is_documented = true;
  for (const auto& [text, count] : load.errors()) {
    std::cout << "  " << count << " times: " << text << '\n';
    is_documented = is_documented &&
                    (text.starts_with("not_connected") || text.ends_with("function_not_found") ||
                     text.ends_with("invocation_stopped"));
  }
  if (!is_documented) {
    throw std::runtime_error("a call ended in a way that is not documented");
  }
}

void compare(const Size& warm, const Size& end, std::size_t rounds, bool has_telemetry) {
  std::cout << "threads " << warm.threads << " -> " << end.threads << ", memory " << warm.memory_kib
            << " -> " << end.memory_kib << " KiB\n";
  if (end.threads > warm.threads) {
    throw std::runtime_error("threads were left behind");
  }
  // Sanitizers keep freed memory; a few rounds say nothing yet.
  constexpr std::size_t noise_kib = 4 * 1024;
  constexpr std::size_t frames_kib = base::limits::telemetry_frames_bytes_max / base::limits::kib;
  const std::size_t most = warm.memory_kib + noise_kib + (has_telemetry ? frames_kib : 0);
  if (III_MEASURES_MEMORY && rounds >= 50 && end.memory_kib > most) {
    throw std::runtime_error("memory grows");
  }
}

void expect_bound_once(const Firings& firings) {
  if (firings.bindings() != triggers) {
    throw std::runtime_error("a provider was told of a trigger more than once");
  }
}

void run(std::size_t rounds, bool has_telemetry) {
  auto engine = std::make_unique<Engine>(0);
  const std::uint16_t port = engine->port();
  const std::string url = "ws://127.0.0.1:" + std::to_string(port);
  Firings firings;
  Client worker = register_worker(url, options("soak-worker", has_telemetry));
  Client caller = register_worker(url, options("soak-caller", has_telemetry));
  offer(worker, firings);
  const auto await_registrations = [&] {
    wait_until("registrations", [&] { return is_complete(caller); });
    wait_until("every trigger at its provider", [&] { return firings.bindings() >= triggers; });
  };
  await_registrations();
  Load load(caller);
  const auto await_results = [&load] {
    const std::uint64_t before = load.results();
    wait_until("calls that succeed", [&] { return load.results() >= before + 200; });
  };
  std::optional<Size> warm;
  for (std::size_t round = 0; round < rounds; ++round) {
    await_results();
    expect_bound_once(firings);
    engine->kill();
    firings.forget_bindings();
    engine = std::make_unique<Engine>(port);
    await_registrations();
    firings.fire(worker, round);
    if (round == rounds / 5) {
      warm.emplace();
    }
  }
  await_results();
  const Size end;
  if (!load.stop()) {
    throw std::runtime_error("calls have not ended");
  }
  worker.shutdown();
  caller.shutdown();
  report(load, rounds);
  expect_bound_once(firings);
  firings.expect_once(fired_functions(), rounds);
  compare(*warm, end, rounds, has_telemetry);
}

}  // namespace
}  // namespace iii::test

int main(int argc, char** argv) {
  try {
    const std::size_t rounds = argc > 1 ? std::stoul(argv[1]) : 5;
    for (const bool has_telemetry : {false, true}) {
      iii::test::run(rounds, has_telemetry);
    }
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "sdk_restarts: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
