// How calls fail, seen by who called (spec: sdk §16, §29 items 78 and 81).
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <string>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

// A local error has no code of the wire's own: to callers further up it is `invocation_failed`.
TEST(Errors, Item78_a_local_timeout_is_a_kind_and_no_code) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.register_function("inner", [] {});
  client.register_function("outer", [&client] {
    return client.trigger({.function_id = "inner", .timeout = 0ms});
  });
  const Error direct = client.try_trigger({.function_id = "inner", .timeout = 0ms}).error();
  EXPECT_EQ(direct.kind(), ErrorKind::timeout);
  EXPECT_EQ(direct.code(), "invocation_failed");
  EXPECT_STREQ(direct.what(), "invocation timed out");
  const Error passed_on = client.try_trigger({.function_id = "outer"}).error();
  EXPECT_EQ(passed_on.kind(), ErrorKind::remote);
  EXPECT_EQ(passed_on.code(), "invocation_failed");
  EXPECT_EQ(passed_on.message(), "invocation timed out");
}

TEST(Errors, Item81_after_shutdown_calls_fail_at_once) {
  iii::testing::Engine engine;
  Client client = engine.connect();
  client.shutdown();
  EXPECT_EQ(client.try_trigger({.function_id = "f"}).error().kind(), ErrorKind::not_connected);
  EXPECT_EQ(
      client.try_trigger({.function_id = "f", .action = TriggerAction::Void()}).error().kind(),
      ErrorKind::not_connected
  );
}

// What can never work is said at once, instead of trying for ever (spec: sdk §3.1).
TEST(Errors, Item01_addresses_that_can_never_work_are_refused) {
  for (const char* address : {"", "http://a", "ws://", "ws://a:99999", "a:1", "ws://a b"}) {
    try {
      static_cast<void>(register_worker(address));
      ADD_FAILURE() << address;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::websocket) << address;
    }
  }
}

}  // namespace
}  // namespace iii::test
