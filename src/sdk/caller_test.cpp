#include "sdk/caller.hpp"

#include <iii/function.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace iii::sdk {
namespace {

TEST(Caller, is_read_with_one_parent) {
  const std::optional<Caller> caller = read_caller(
      R"({"worker_id":"w1","worker_name":"till","function_id":"shop::pay","invocation_id":"i1",)"
      R"("parent":{"worker_id":"w0","parent":{"worker_id":"w"}}})"
  );
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->worker_id, "w1");
  EXPECT_EQ(caller->worker_name, "till");
  EXPECT_EQ(caller->function_id, "shop::pay");
  EXPECT_EQ(caller->invocation_id, "i1");
  ASSERT_TRUE(caller->parent);
  EXPECT_EQ(caller->parent->worker_id, "w0");
  EXPECT_EQ(caller->parent->function_id, "");
  EXPECT_EQ(caller->parent->parent, nullptr);
}

TEST(Caller, is_nobody_when_it_is_no_object) {
  EXPECT_FALSE(read_caller(""));
  EXPECT_FALSE(read_caller("null"));
  EXPECT_FALSE(read_caller(R"("w1")"));
  const std::optional<Caller> odd = read_caller(R"({"worker_id":1,"parent":[]})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->worker_id, "");
  EXPECT_EQ(odd->parent, nullptr);
}

}  // namespace
}  // namespace iii::sdk
