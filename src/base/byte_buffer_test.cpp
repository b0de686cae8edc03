#include "base/byte_buffer.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::base {
namespace {

TEST(ByteBuffer, HoldsNothingAndNoMemoryAtFirst) {
  const ByteBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.capacity(), 0U);
  EXPECT_EQ(buffer.view(), "");
}

TEST(ByteBuffer, KeepsTheOrderOfAppendedBytes) {
  ByteBuffer buffer;
  buffer.append("one ");
  buffer.append("");
  buffer.append("two");
  EXPECT_EQ(buffer.view(), "one two");
  EXPECT_EQ(buffer.size(), 7U);
}

TEST(ByteBuffer, ConsumesFromTheFront) {
  ByteBuffer buffer;
  buffer.append("one two");
  buffer.consume(4);
  EXPECT_EQ(buffer.view(), "two");
  buffer.consume(3);
  EXPECT_TRUE(buffer.empty());
}

TEST(ByteBuffer, ShowsOnlyCommittedBytes) {
  ByteBuffer buffer;
  std::fill_n(buffer.prepare(8), 8, 'a');
  EXPECT_TRUE(buffer.empty());
  buffer.commit(3);
  EXPECT_EQ(buffer.view(), "aaa");
}

TEST(ByteBuffer, KeepsItsBytesWhenItGrows) {
  ByteBuffer buffer;
  buffer.append("head");
  const std::string large(10'000, 'x');
  buffer.append(large);
  EXPECT_EQ(buffer.view(), "head" + large);
  EXPECT_GE(buffer.capacity(), buffer.size());
}

TEST(ByteBuffer, ReusesConsumedRoomInsteadOfGrowing) {
  ByteBuffer buffer;
  buffer.append(std::string(512, 'a'));
  const std::size_t capacity = buffer.capacity();
  buffer.consume(400);
  buffer.append(std::string(300, 'b'));
  EXPECT_EQ(buffer.capacity(), capacity);
  EXPECT_EQ(buffer.view(), std::string(112, 'a') + std::string(300, 'b'));
}

TEST(ByteBuffer, StartsAtTheFrontAgainOnceEmpty) {
  ByteBuffer buffer;
  buffer.append(std::string(512, 'a'));
  const std::size_t capacity = buffer.capacity();
  for (int round = 0; round < 100; ++round) {
    buffer.consume(buffer.size());
    buffer.append(std::string(512, 'b'));
  }
  EXPECT_EQ(buffer.capacity(), capacity);
}

TEST(ByteBuffer, LetsItsBytesBeChangedInPlace) {
  ByteBuffer buffer;
  buffer.append("xabc");
  buffer.consume(1);
  buffer.bytes()[0] = 'A';
  EXPECT_EQ(buffer.view(), "Abc");
}

TEST(ByteBuffer, KeepsItsMemoryOnClearAndGivesItBackOnRelease) {
  ByteBuffer buffer;
  buffer.append("text");
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_GT(buffer.capacity(), 0U);
  buffer.append("text");
  buffer.release();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0U);
  buffer.append("again");
  EXPECT_EQ(buffer.view(), "again");
}

TEST(ByteBuffer, AgreesWithAStringUnderAnySequenceOfCalls) {
  SeededRandom random(1);
  ByteBuffer buffer;
  std::string expected;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t choice = random.next();
    const std::size_t count = (choice >> 8U) % 700;
    if (choice % 2 == 0) {
      const std::string text(count, static_cast<char>('a' + (choice >> 32U) % 26));
      buffer.append(text);
      expected += text;
    } else {
      const std::size_t taken = std::min(count, expected.size());
      buffer.consume(taken);
      expected.erase(0, taken);
    }
    ASSERT_EQ(buffer.view(), expected) << "after step " << step;
  }
}

TEST(ByteBufferDeathTest, RefusesToConsumeMoreThanItHolds) {
  ByteBuffer buffer;
  buffer.append("abc");
  EXPECT_DEATH(buffer.consume(4), "cannot consume more bytes than the buffer holds");
}

}  // namespace
}  // namespace iii::base
