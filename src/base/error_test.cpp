#include <iii/error.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace iii {
namespace {

const Rejection conflict{
    .code = "WORKER_NAMESPACE_CONFLICT",
    .namespace_name = "shop",
    .worker_name = "billing",
    .function_id = std::nullopt,
    .owner_worker_id = "w-1",
};

struct Case {
  Error error;
  ErrorKind kind;
  std::string_view code;
  std::string_view message;
  std::string_view text;
  std::string_view wire_message;
};

// spec: sdk §16
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {Error::not_connected(),
       ErrorKind::not_connected,
       "invocation_failed",
       "iii is not connected",
       "iii is not connected",
       "iii is not connected"},
      {Error::timeout(),
       ErrorKind::timeout,
       "invocation_failed",
       "invocation timed out",
       "invocation timed out",
       "invocation timed out"},
      {Error::runtime("no disk"),
       ErrorKind::runtime,
       "invocation_failed",
       "no disk",
       "runtime error: no disk",
       "runtime error: no disk"},
      {Error::remote("not_found", "no such order"),
       ErrorKind::remote,
       "not_found",
       "no such order",
       "remote error (not_found): no such order",
       "no such order"},
      {Error::handler("boom"),
       ErrorKind::handler,
       "invocation_failed",
       "boom",
       "handler error: boom",
       "handler error: boom"},
      {Error::serde("expected a number"),
       ErrorKind::serde,
       "invocation_failed",
       "expected a number",
       "serialization error: expected a number",
       "serialization error: expected a number"},
      {Error::websocket("HTTP 404"),
       ErrorKind::websocket,
       "invocation_failed",
       "HTTP 404",
       "websocket error: HTTP 404",
       "websocket error: HTTP 404"},
      {Error::registration_rejected(conflict),
       ErrorKind::registration_rejected,
       "WORKER_NAMESPACE_CONFLICT",
       "registration rejected (WORKER_NAMESPACE_CONFLICT) in namespace 'shop' by worker 'w-1'",
       "registration rejected (WORKER_NAMESPACE_CONFLICT) in namespace 'shop' by worker 'w-1'",
       "registration rejected (WORKER_NAMESPACE_CONFLICT) in namespace 'shop' by worker 'w-1'"},
  };
  return all;
}

TEST(Error, OfACancelledCallIsOfThisProcess) {
  const Error error = Error::cancelled();
  EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  EXPECT_EQ(to_string(error.kind()), "cancelled");
  EXPECT_EQ(error.code(), "invocation_failed");
  EXPECT_STREQ(error.what(), "the call has been cancelled");
}

TEST(Error, SaysWhyThereIsNoConnection) {
  EXPECT_STREQ(
      Error::not_connected("the offline queue is full").what(),
      "iii is not connected: the offline queue is full"
  );
}

TEST(Error, Item78_HasAKindACodeAMessageAndATextOfItsOwn) {
  std::set<std::string_view> names;
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(c.error.kind(), c.kind);
    EXPECT_EQ(c.error.code(), c.code);
    EXPECT_EQ(c.error.message(), c.message);
    EXPECT_EQ(c.error.what(), c.text);
    EXPECT_EQ(c.error.wire_message(), c.wire_message);
    EXPECT_EQ(c.error.stacktrace(), std::nullopt);
    EXPECT_TRUE(names.insert(to_string(c.kind)).second) << to_string(c.kind);
  }
  EXPECT_EQ(names.size(), 8U);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(Error, SaysWhyNothingCameInTime) {
  EXPECT_EQ(Error::timeout("no engine").message(), "invocation timed out: no engine");
}

TEST(Error, KeepsTheStacktraceOfTheSender) {
  const Error error = Error::remote("boom", "it broke", "at f (a.js:1)");
  EXPECT_EQ(error.stacktrace(), "at f (a.js:1)");
}

TEST(Error, NamesWhoWasPreferredToThisWorker) {
  const Error error = Error::registration_rejected(conflict);
  ASSERT_NE(error.rejection(), nullptr);
  EXPECT_EQ(*error.rejection(), conflict);
  EXPECT_EQ(Error::timeout().rejection(), nullptr);
}

TEST(Error, IsEqualToOneThatSaysTheSame) {
  EXPECT_EQ(Error::handler("a"), Error::handler("a"));
  EXPECT_NE(Error::handler("a"), Error::handler("b"));
  EXPECT_NE(Error::handler("a"), Error::serde("a"));
  EXPECT_NE(Error::remote("c", "m"), Error::remote("c", "m", "trace"));
  Rejection other = conflict;
  other.worker_name = "mail";
  EXPECT_NE(Error::registration_rejected(conflict), Error::registration_rejected(other));
}

TEST(Error, IsWholeAfterItWasMovedFrom) {
  // NOLINTNEXTLINE(misc-const-correctness): a const one could not be moved from.
  Error first = Error::handler("a");
  const Error second = std::move(first);
  // NOLINTNEXTLINE(bugprone-use-after-move,hicpp-invalid-access-moved): that is the question
  EXPECT_EQ(first, second);
  static_assert(std::is_nothrow_copy_constructible_v<Error>);
  static_assert(std::is_nothrow_copy_assignable_v<Error>);
}

TEST(Error, IsCaughtAsAStandardException) {
  try {
    throw Error::remote("gone", "no such thing");
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "remote error (gone): no such thing");
  }
}

}  // namespace
}  // namespace iii
