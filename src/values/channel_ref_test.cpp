#include "values/conversion_checks.hpp"

#include <iii/channel_ref.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace iii {
namespace {

const char* const reader = R"({"channel_id":"c","access_key":"k","direction":"read"})";
const char* const writer = R"({"channel_id":"c","access_key":"k","direction":"write"})";

std::vector<std::string> paths(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& [path, ref] : extract_channel_refs(json_of(text))) {
    EXPECT_EQ(ref.channel_id, "c");
    EXPECT_EQ(ref.access_key, "k");
    found.push_back(path + (ref.direction == ChannelDirection::read ? " r" : " w"));
  }
  return found;
}

TEST(ChannelRef, LooksAsSpecified) {
  expect_both(StreamChannelRef{"c", "k", ChannelDirection::write}, writer);
  expect_read(StreamChannelRef{"c", "k"}, R"({"channel_id":"c","access_key":"k"})");
  EXPECT_EQ(
      refusal<StreamChannelRef>(R"({"channel_id":"c","access_key":"k","direction":"both"})"),
      R"(direction: expected one of read, write, found the string "both")"
  );
}

TEST(ChannelRef, IsRecognizedByItsThreeMembers) {
  EXPECT_TRUE(is_channel_ref(json_of(reader)));
  EXPECT_TRUE(is_channel_ref(json_of(writer)));
  for (const char* const other : {
           "null",
           "[]",
           "{}",
           R"({"channel_id":"c","access_key":"k"})",
           R"({"channel_id":"c","direction":"read"})",
           R"({"channel_id":1,"access_key":"k","direction":"read"})",
           R"({"channel_id":"c","access_key":"k","direction":"both"})",
       }) {
    EXPECT_FALSE(is_channel_ref(json_of(other))) << other;
  }
}

// spec: sdk §11.5
TEST(ChannelRefs, Item75_AreFoundAtAnyDepth) {
  const std::string r = reader;
  const std::string w = writer;
  using Paths = std::vector<std::string>;
  EXPECT_EQ(paths("{}"), Paths{});
  EXPECT_EQ(paths(r), Paths{" r"});
  EXPECT_EQ(paths(R"({"a":)" + r + R"(,"b":{"c":)" + w + "}}"), (Paths{"a r", "b.c w"}));
  EXPECT_EQ(paths(R"({"items":[1,{"reader":)" + r + "}]}"), Paths{"items[1].reader r"});
  EXPECT_EQ(paths(R"([{"reader":)" + r + "}]"), Paths{"[0].reader r"});
  EXPECT_EQ(paths(R"({"readers":[)" + r + "," + w + "]}"), (Paths{"readers[0] r", "readers[1] w"}));
  EXPECT_EQ(paths("[[" + r + "]]"), Paths{"[0][0] r"});
}

}  // namespace
}  // namespace iii
