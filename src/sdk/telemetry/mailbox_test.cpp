#include "sdk/telemetry/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace iii::telemetry {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Mailbox, gives_back_in_order_and_says_when_it_was_empty) {
  Mailbox<int> mailbox;
  EXPECT_EQ(mailbox.put(1, 10), Put::first);
  EXPECT_EQ(mailbox.put(2, 10), Put::further);
  EXPECT_EQ(mailbox.put(3, 10), Put::further);
  EXPECT_THAT(mailbox.take(), ElementsAre(1, 2, 3));
  EXPECT_THAT(mailbox.take(), IsEmpty());
  EXPECT_EQ(mailbox.put(4, 10), Put::first);
  EXPECT_THAT(mailbox.take(), ElementsAre(4));
}

TEST(Mailbox, refuses_beyond_the_limit_and_leaves_the_value) {
  Mailbox<std::string> mailbox;
  std::string kept = "third";
  EXPECT_EQ(mailbox.put("first", 2), Put::first);
  EXPECT_EQ(mailbox.put("second", 2), Put::further);
  EXPECT_EQ(mailbox.put(std::move(kept), 2), Put::full);
  EXPECT_EQ(kept, "third");  // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_EQ(mailbox.put("more important", 3), Put::further);
  EXPECT_THAT(mailbox.take(), ElementsAre("first", "second", "more important"));
  EXPECT_EQ(mailbox.put(std::move(kept), 2), Put::first);
}

TEST(Mailbox, takes_nothing_once_closed) {
  Mailbox<int> mailbox;
  mailbox.put(1, 10);
  EXPECT_FALSE(mailbox.is_closed());
  EXPECT_THAT(mailbox.close(), ElementsAre(1));
  EXPECT_TRUE(mailbox.is_closed());
  EXPECT_EQ(mailbox.put(2, 10), Put::closed);
  EXPECT_THAT(mailbox.take(), IsEmpty());
  EXPECT_THAT(mailbox.close(), IsEmpty());
}

TEST(Mailbox, frees_what_nobody_took) {
  Mailbox<std::shared_ptr<int>> mailbox;
  const auto value = std::make_shared<int>(1);
  mailbox.put(std::shared_ptr<int>(value), 10);
  EXPECT_EQ(value.use_count(), 2);
  {
    const auto values = mailbox.close();
  }
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace iii::telemetry
