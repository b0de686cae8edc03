#include "engine/mailbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace iii::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Outcome = Mailbox<int>::Outcome;

TEST(Mailbox, KeepsTheOrder) {
  Mailbox<int> box(8);
  box.put(1);
  box.put(2);
  box.put(3);
  EXPECT_THAT(box.take_all(), ElementsAre(1, 2, 3));
  EXPECT_THAT(box.take_all(), IsEmpty());
}

TEST(Mailbox, TellsWhenTheOwnerHasToBeWoken) {
  Mailbox<int> box(8);
  EXPECT_EQ(box.put(1), Outcome::first);
  EXPECT_EQ(box.put(2), Outcome::queued);
  (void)box.take_all();
  EXPECT_EQ(box.put_always(3), Outcome::first);
}

TEST(Mailbox, RefusesWhatHasNoRoom) {
  Mailbox<int> box(2);
  box.put(1);
  box.put(2);
  EXPECT_EQ(box.put(3), Outcome::full);
  EXPECT_THAT(box.take_all(), ElementsAre(1, 2));
  EXPECT_EQ(box.put(4), Outcome::first);
}

TEST(Mailbox, HasAlwaysRoomForWhatMustNotBeLost) {
  Mailbox<int> box(1);
  box.put(1);
  EXPECT_EQ(box.put_always(2), Outcome::queued);
  EXPECT_EQ(box.put(3), Outcome::full);
  EXPECT_THAT(box.take_all(), ElementsAre(1, 2));
}

TEST(Mailbox, TakesNothingOnceItIsClosed) {
  Mailbox<int> box(8);
  box.put(1);
  box.close();
  EXPECT_EQ(box.put(2), Outcome::closed);
  EXPECT_EQ(box.put_always(3), Outcome::closed);
  EXPECT_THAT(box.take_all(), ElementsAre(1));
}

TEST(Mailbox, HoldsWhatCanOnlyBeMoved) {
  Mailbox<std::unique_ptr<int>> box(1);
  box.put(std::make_unique<int>(7));
  EXPECT_EQ(*box.take_all().front(), 7);
}

TEST(Mailbox, LosesNothingBetweenThreads) {
  constexpr int each = 1000;
  Mailbox<int> box(2 * each);
  const auto fill = [&box](int from) {
    for (int i = 0; i < each; ++i) {
      box.put(from + i);
    }
  };
  std::vector<int> taken;
  {
    const std::jthread first(fill, 0);
    const std::jthread second(fill, each);
    while (taken.size() < std::size_t{2 * each}) {
      for (const int value : box.take_all()) {
        taken.push_back(value);
      }
    }
  }
  int next_of_first = 0;
  int next_of_second = each;
  for (const int value : taken) {
    EXPECT_EQ(value, value < each ? next_of_first++ : next_of_second++);
  }
}

}  // namespace
}  // namespace iii::engine
