#include "sdk/invocation_gate.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace iii::sdk {
namespace {

class Scene {
 public:
  explicit Scene(std::size_t running_max) : gate(running_max) {}
  void arrive(const std::string& function, const std::string& name, std::size_t function_max = 0) {
    gate.arrive(function, function_max, [this, name] { started.push_back(name); });
  }
  std::vector<std::string> take() { return std::exchange(started, {}); }

  InvocationGate gate;
  std::vector<std::string> started;
};
using Names = std::vector<std::string>;

TEST(InvocationGate, starts_everything_at_once_without_a_limit) {
  Scene scene(0);
  scene.arrive("f", "1");
  scene.arrive("f", "2");
  scene.arrive("g", "3");
  EXPECT_EQ(scene.take(), (Names{"1", "2", "3"}));
  EXPECT_EQ(scene.gate.running(), 3U);
}

TEST(InvocationGate, keeps_the_order_of_arrival_above_its_limit) {
  Scene scene(1);
  scene.arrive("f", "1");
  scene.arrive("g", "2");
  scene.arrive("f", "3");
  EXPECT_EQ(scene.take(), Names{"1"});
  scene.gate.leave("f");
  EXPECT_EQ(scene.take(), Names{"2"});
  scene.gate.leave("g");
  EXPECT_EQ(scene.take(), Names{"3"});
  EXPECT_EQ(scene.gate.waiting(), 0U);
}

TEST(InvocationGate, holds_back_a_function_but_not_the_others) {
  Scene scene(0);
  scene.arrive("f", "1", 1);
  scene.arrive("f", "2", 1);
  scene.arrive("g", "3");
  EXPECT_EQ(scene.take(), (Names{"1", "3"}));
  scene.gate.leave("g");
  EXPECT_EQ(scene.take(), Names{});
  scene.gate.leave("f");
  EXPECT_EQ(scene.take(), Names{"2"});
  scene.gate.leave("f");
  EXPECT_EQ(scene.gate.running(), 0U);
}

// However the limits of functions and that for all come together, it does what a queue would that
// is searched from its front at every change.
TEST(InvocationGate, starts_whoever_came_first_and_may) {
  base::SeededRandom random(1);
  for (int round = 0; round < 200; ++round) {
    const std::size_t running_max = random.next() % 4;
    Scene scene(running_max);
    std::vector<std::pair<std::string, std::string>> waiting;  // function, name
    std::vector<std::string> running;
    std::map<std::string, std::size_t> maxima;
    const auto advance = [&] {
      Names started;
      for (auto next = waiting.begin(); next != waiting.end();) {
        const auto& [function, name] = *next;
        const std::size_t max = maxima[function];
        const auto its = static_cast<std::size_t>(std::ranges::count(running, function));
        const bool may =
            (max == 0 || its < max) && (running_max == 0 || running.size() < running_max);
        if (may) {
          started.push_back(name);
          running.push_back(function);
          next = waiting.erase(next);
        } else {
          ++next;
        }
      }
      return started;
    };
    for (int step = 0; step < 60; ++step) {
      if (random.next() % 2 == 0 || running.empty()) {
        const std::string function(1, static_cast<char>('a' + random.next() % 3));
        maxima[function] = random.next() % 3;  // registered anew with another limit
        waiting.emplace_back(function, std::to_string(step));
        scene.arrive(function, std::to_string(step), maxima[function]);
      } else {
        const std::string function = running[random.next() % running.size()];
        running.erase(std::ranges::find(running, function));
        scene.gate.leave(function);
      }
      ASSERT_EQ(scene.take(), advance()) << "round " << round << " step " << step;
      ASSERT_EQ(scene.gate.waiting(), waiting.size());
      ASSERT_EQ(scene.gate.running(), running.size());
    }
  }
}

}  // namespace
}  // namespace iii::sdk
