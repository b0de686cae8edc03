// Signals: the SDK's threads leave them to the program, run_until_signal() waits for them.
#include <iii/client.hpp>
#include <iii/options.hpp>
#include <iii/testing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace iii::test {
namespace {

std::set<std::string> threads() {
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    ids.insert(entry.path().filename());
  }
  return ids;
}

// The signals that a thread has blocked, a bit each.
std::uint64_t blocked_by(const std::string& thread) {
  std::ifstream status("/proc/self/task/" + thread + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) {
      return std::stoull(line.substr(7), nullptr, 16);
    }
  }
  return 0;
}

bool blocks(const std::string& thread, int signal) {
  return (blocked_by(thread) >> (signal - 1) & 1) != 0;
}

void send_to_this_process(int signal) {
  // Waits until run_until_signal() lets it in.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  kill(getpid(), signal);
}

TEST(Signals, are_blocked_by_the_threads_of_the_sdk) {
  iii::testing::Engine engine;
  const std::set<std::string> before = threads();
  Client client = engine.connect();
  bool takes_faults = false;
  client.register_function("f", [&takes_faults] {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    takes_faults = sigismember(&blocked, SIGSEGV) == 0;
  });
  client.trigger({.function_id = "f"});
  int seen = 0;
  for (const std::string& thread : threads()) {
    if (!before.contains(thread)) {
      ++seen;
      EXPECT_TRUE(blocks(thread, SIGTERM)) << thread;
      EXPECT_TRUE(blocks(thread, SIGUSR1)) << thread;
    }
  }
  EXPECT_TRUE(takes_faults);
  EXPECT_GE(seen, 2);  // the one that moves bytes, and one of the pool
  EXPECT_FALSE(blocks(std::to_string(getpid()), SIGTERM));
}

TEST(Signals, end_run_until_signal) {
  for (const int signal : {SIGINT, SIGTERM}) {
    iii::testing::Engine engine;
    Client client = engine.connect();
    send_to_this_process(signal);
    run_until_signal(client);
    EXPECT_EQ(client.get_connection_state(), ConnectionState::disconnected);
    struct sigaction after{};
    sigaction(signal, nullptr, &after);
    EXPECT_EQ(after.sa_handler, SIG_DFL);
  }
}

TEST(Signals, are_not_waited_for_by_a_client_that_has_ended) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.shutdown();
  run_until_signal(client);
  Client told = engine.connect();
  told.register_function("end", [&told] { told.shutdown(); });
  static_cast<void>(told.try_trigger({.function_id = "end"}));
  run_until_signal(told);
  Client gives_up = engine.connect({.reconnection = {.max_retries = 0}});
  engine.drop_connections();
  run_until_signal(gives_up);
}

}  // namespace
}  // namespace iii::test
