// How calls fail, seen by who called (spec: sdk §16, §29 items 78 and 81).
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <gtest/gtest.h>

#include <future>
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

// The causes are told apart by their texts, for people.
TEST(Errors, Item78_a_missing_connection_says_why) {
  iii::testing::Engine engine;
  Client caller = engine.connect({.offline = {.messages_max = 0}});
  std::promise<void> called;
  std::promise<void> over;
  caller.register_function("slow", [&] {
    called.set_value();
    over.get_future().wait();
  });
  ASSERT_TRUE(engine.settle());
  auto broken = caller.trigger_future("slow");
  called.get_future().wait();
  engine.refuse_connections(true);
  engine.drop_connections();
  try {
    broken.get();
    ADD_FAILURE() << "it has ended well";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_connected);
    EXPECT_EQ(
        error.message(), "iii is not connected: the connection broke while the call was on its way"
    );
  }
  EXPECT_EQ(
      caller.try_trigger("slow").error().message(),
      "iii is not connected: the offline queue is full (0 messages)"
  );
  over.set_value();
  caller.shutdown();
  for (const TriggerAction& action : {TriggerAction(), TriggerAction::Void()}) {
    const TriggerRequest request{.function_id = "slow", .action = action};
    EXPECT_EQ(
        caller.try_trigger(request).error().message(),
        "iii is not connected: the client has been shut down"
    );
  }
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
