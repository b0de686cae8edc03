#include "sdk/invocation_gate.hpp"

#include <gtest/gtest.h>

#include <cstddef>
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

}  // namespace
}  // namespace iii::sdk
