#include "base/id.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <type_traits>
#include <unordered_set>

namespace iii::base {
namespace {

TEST(Id, GivesBackTheValueItWasMadeFrom) {
  EXPECT_EQ(FunctionId("math::add").value(), "math::add");
  EXPECT_EQ(ConnectionId(7).value(), 7U);
  EXPECT_EQ(ConnectionId().value(), 0U);
}

TEST(Id, IsComparedByValue) {
  EXPECT_EQ(FunctionId("a"), FunctionId("a"));
  EXPECT_NE(FunctionId("a"), FunctionId("b"));
  EXPECT_LT(ConnectionId(1), ConnectionId(2));
  EXPECT_LT(WorkerId(Uuid(0, 9)), WorkerId(Uuid(1, 0)));
}

TEST(Id, PrintsItsValue) {
  std::ostringstream out;
  out << FunctionId("math::add") << ' ' << ConnectionId(7) << ' ' << WorkerId(Uuid(0, 1));
  EXPECT_EQ(out.str(), "math::add 7 00000000-0000-0000-0000-000000000001");
}

TEST(Id, IsAKeyOfUnorderedContainers) {
  const std::unordered_set<FunctionId> seen{FunctionId("a"), FunctionId("b"), FunctionId("a")};
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen.contains(FunctionId("b")));
  EXPECT_EQ(hash_value(FunctionId("b")), std::hash<FunctionId>{}(FunctionId("b")));
}

TEST(Id, IsAnotherTypeForEachKind) {
  static_assert(!std::is_convertible_v<std::string, FunctionId>);
  static_assert(!std::is_convertible_v<FunctionId, std::string>);
  static_assert(!std::is_constructible_v<TriggerId, FunctionId>);
  static_assert(!std::is_constructible_v<InvocationId, ChannelId>);
  static_assert(!std::is_assignable_v<WorkerId&, InvocationId>);
}

}  // namespace
}  // namespace iii::base
