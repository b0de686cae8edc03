// The examples that bring along what they need: an engine inside of them, or none.
#include "process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace iii::test {
namespace {

std::string output_of(const char* program) {
  const auto ending = Process({program}).wait();
  EXPECT_EQ(ending.status, 0) << ending.output << ending.errors;
  return ending.output;
}

TEST(SdkKitExamples, register_typed_functions) {
  EXPECT_EQ(output_of(III_TYPED_FUNCTIONS), R"(mint: 450
green and cake: 850
serialization error: size: expected one of small, XL, found the string "medium"
"What a guest wants" {"type":"integer","format":"int32","description":"How many","default":1}
)");
}

TEST(SdkKitExamples, convert_typed_values) {
  EXPECT_EQ(output_of(III_TYPED_VALUES), R"(guest: "ada"
to: {"by":"phone","number":"0170"}
at: "2027-01-31T17:00:00Z"
before: 5
cups: {"mint":2}
0170, 5 minutes
to.number: expected a string, found 170
)");
}

TEST(SdkKitExamples, call_in_every_way) {
  const std::string output = output_of(III_CALLS);
  const std::string answers = R"(5
6
7
the till
log::prefix: called
odd: 7 has no half
8 9
)";
  ASSERT_TRUE(output.starts_with(answers)) << output;
  EXPECT_EQ(output.substr(answers.size()).find('\n'), 36U) << output;  // the receipt, a UUID
}

TEST(SdkKitExamples, show_each_kind_of_error) {
  EXPECT_EQ(output_of(III_ERRORS), R"(remote: the function says sold_out: no coffee left
serde: the two sides disagree about types
timeout: it may have happened: ask before trying again
handler: this program has failed
cancelled: nobody wants it any more
websocket: look at the address
runtime: this program has failed
shop.cpp:12
not_connected: try again later
)");
}

TEST(SdkKitExamples, stay_within_limits) {
  EXPECT_EQ(
      output_of(III_LIMITS),
      R"(remote error (worker_overloaded): too many calls wait for this worker
"first", 1000 bytes
accepted
iii is not connected: the offline queue is full (1 messages)
1 message waits
1 has arrived
)"
  );
}

TEST(SdkKitExamples, hear_of_refusals) {
  EXPECT_EQ(output_of(III_TRIGGER_REFUSALS), R"(there is no sea
there is no sea
there is no sea
Brest: not refused, Bern: there is no sea
)");
}

TEST(SdkKitExamples, bind_to_the_workers_of_the_engine) {
  EXPECT_EQ(
      output_of(III_BUILTIN_TRIGGERS), R"(http: {"status_code":200,"headers":{},"body":"order 7"}
cron: "cron job j-1"
durable:subscriber: "mail to ada@example.org"
subscribe: "mail to everybody"
state: "state stock/tea"
stream: "chat/room-9 \"hello\""
stream:join: {"unauthorized":false}
stream:leave: "ada leaves"
)"
  );
}

TEST(SdkKitExamples, hear_of_the_engine_itself) {
  EXPECT_EQ(output_of(III_ENGINE_TRIGGERS), R"(ERROR of till: no tea
functions_changed: tea::brew
worker_connected: w-1
)");
}

TEST(SdkKitExamples, store_a_stream) {
  EXPECT_EQ(output_of(III_OWN_STREAM), R"({"count":2} 1 item of 1 cart
)");
}

TEST(SdkKitExamples, change_stored_values) {
  EXPECT_EQ(output_of(III_UPDATE_OPERATIONS), R"({"type":"set","path":"driver","value":"Ada"}
{"type":"increment","path":"km","by":35}
{"type":"decrement","path":"fuel","by":4}
{"type":"append","path":"stops","value":"Lyon"}
{"type":"merge","value":{"is_moving":true}}
{"type":"remove","path":"note"}
{"type":"merge","path":["load","v1.5"],"value":{"tea":12}}
operation 3: no list
)");
}

TEST(SdkKitExamples, decide_about_access) {
  EXPECT_EQ(output_of(III_RBAC_HOOKS), R"(["orders::*"]
remote error (AUTH_ERROR): unknown token
remote error (FORBIDDEN): mail::send is not for tenants
"acme::webhook"
{"from":"127.0.0.1:53122"}
7
)");
}

TEST(SdkKitExamples, test_themselves) {
  EXPECT_EQ(output_of(III_UNIT_TEST), "3 tests passed\n");
}

}  // namespace
}  // namespace iii::test
