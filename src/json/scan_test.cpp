#include "json/scan.hpp"

#include "json/recording_sink.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace iii::json {
namespace {

using Reason = ScanError::Reason;

// Whether the value of the first member contains the watched key `w`.
bool is_watched_key_found(std::string_view text) {
  RecordingSink sink;
  EXPECT_EQ(scan_object(text, "w", sink), std::nullopt) << text;
  return sink.members.front().value.has_watched_key;
}

TEST(Scan, AnEmptyObjectHasNoMembers) {
  for (const std::string_view text : {"{}", " { } ", "\r\n{\t}\r\n"}) {
    RecordingSink sink;
    EXPECT_EQ(scan_object(text, "w", sink), std::nullopt);
    EXPECT_TRUE(sink.members.empty());
  }
}

TEST(Scan, MembersAreHandedOutInOrderAsSlicesOfTheText) {
  const std::string text =
      R"({"type":"ping","n":-1.5e3,"o":{"a":[1,{}]},"l":[ 1 ],"b":true,"z":null})";
  RecordingSink sink;
  ASSERT_EQ(scan_object(text, "w", sink), std::nullopt);
  ASSERT_EQ(sink.members.size(), 6);
  constexpr std::string_view keys[] = {"type", "n", "o", "l", "b", "z"};
  constexpr std::string_view values[] = {
      R"("ping")", "-1.5e3", R"({"a":[1,{}]})", "[ 1 ]", "true", "null"
  };
  constexpr Kind kinds[] = {
      Kind::string, Kind::number, Kind::object, Kind::array, Kind::boolean, Kind::null
  };
  for (std::size_t i = 0; i < sink.members.size(); ++i) {
    const auto& [key, value] = sink.members[i];
    EXPECT_EQ(key.kind, Kind::string);
    EXPECT_EQ(key.body(), keys[i]);
    EXPECT_EQ(value.text, values[i]);
    EXPECT_EQ(value.kind, kinds[i]);
    EXPECT_GE(key.text.data(), text.data());
    EXPECT_LT(value.text.data(), text.data() + text.size());
  }
  EXPECT_TRUE(sink.members[5].value.is_null());
  EXPECT_FALSE(sink.members[4].value.is_null());
}

TEST(Scan, RepeatedKeysAreHandedOutEachTime) {
  RecordingSink sink;
  ASSERT_EQ(scan_object(R"({"a":1,"a":2,"\u0061":3})", "w", sink), std::nullopt);
  ASSERT_EQ(sink.members.size(), 3);
  EXPECT_EQ(sink.members[0].value.text, "1");
  EXPECT_EQ(sink.members[1].value.text, "2");
  EXPECT_EQ(sink.members[2].value.text, "3");
}

TEST(Scan, EscapesAreReportedOfTheKeyAndOfTheValueThatHasThem) {
  RecordingSink sink;
  ASSERT_EQ(
      scan_object(R"({"a":"\n","\n":"a","b":"b","c":["\n"],"d":{"\n":0}})", "w", sink), std::nullopt
  );
  ASSERT_EQ(sink.members.size(), 5);
  EXPECT_FALSE(sink.members[0].key.has_escapes);
  EXPECT_TRUE(sink.members[0].value.has_escapes);
  EXPECT_TRUE(sink.members[1].key.has_escapes);
  EXPECT_FALSE(sink.members[1].value.has_escapes);
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_FALSE(sink.members[i].key.has_escapes);
    EXPECT_FALSE(sink.members[i].value.has_escapes);
  }
}

TEST(Scan, MembersBeforeAMistakeHaveBeenHandedOut) {
  RecordingSink sink;
  EXPECT_EQ(
      scan_object(R"({"a":1,"b":[1,]})", "w", sink),
      (ScanError{.reason = Reason::unexpected_character, .offset = 14})
  );
  ASSERT_EQ(sink.members.size(), 1);
  EXPECT_EQ(sink.members[0].key.body(), "a");
}

TEST(Scan, AnythingButAnObjectIsRefused) {
  for (const std::string_view text :
       {"[]", "[{}]", "\"{}\"", "1", "null", "true", "}", "x", "\xef\xbb\xbf{}"}) {
    RecordingSink sink;
    EXPECT_EQ(
        scan_object(text, "w", sink), (ScanError{.reason = Reason::not_an_object, .offset = 0})
    ) << text;
    EXPECT_EQ(
        scan_object("  " + std::string(text), "w", sink),
        (ScanError{.reason = Reason::not_an_object, .offset = 2})
    ) << text;
  }
}

TEST(Scan, NothingAtAllEndsUnexpectedly) {
  RecordingSink sink;
  EXPECT_EQ(scan_object({}, "w", sink), (ScanError{.reason = Reason::unexpected_end, .offset = 0}));
  EXPECT_EQ(
      scan_object("  ", "w", sink), (ScanError{.reason = Reason::unexpected_end, .offset = 2})
  );
}

TEST(Scan, WhatFollowsTheObjectIsRefused) {
  RecordingSink sink;
  EXPECT_EQ(
      scan_object("{} {}", "w", sink),
      (ScanError{.reason = Reason::trailing_characters, .offset = 3})
  );
}

TEST(Scan, FindsTheWatchedKeyAmongTheOwnKeysOfAMember) {
  EXPECT_TRUE(is_watched_key_found(R"({"d":{"w":1}})"));
  EXPECT_TRUE(is_watched_key_found(R"({"d":{"a":{},"w":null}})"));
  EXPECT_TRUE(is_watched_key_found(R"({"d":{"w":1,"a":2}})"));
  EXPECT_TRUE(is_watched_key_found(R"({"d":{"w":1,"w":2}})"));
  EXPECT_TRUE(is_watched_key_found("{ \"d\" : { \"w\" : 1 } }"));
}

TEST(Scan, FindsTheWatchedKeyInAnySpelling) {
  EXPECT_TRUE(is_watched_key_found(R"({"d":{"\u0077":1}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"\u0078":1}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"\\w":1}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"w\n":1}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"\u0077\u0077":1}})"));
}

TEST(Scan, DoesNotFindTheWatchedKeyAnywhereElse) {
  EXPECT_FALSE(is_watched_key_found(R"({"d":{}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"ww":1,"W":2,"":3}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"a":"w"}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"a":{"w":1}}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"a":[{"w":1}]}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":[{"w":1}]})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":"w"})"));
  EXPECT_FALSE(is_watched_key_found(R"({"w":{"d":1}})"));
  EXPECT_FALSE(is_watched_key_found(R"({"d":{"a":1},"e":{"w":1}})"));
}

TEST(Scan, ReportsTheWatchedKeyOfEachMemberByItself) {
  RecordingSink sink;
  ASSERT_EQ(scan_object(R"({"a":{"w":1},"b":{},"c":{"w":{}}})", "w", sink), std::nullopt);
  ASSERT_EQ(sink.members.size(), 3);
  EXPECT_TRUE(sink.members[0].value.has_watched_key);
  EXPECT_FALSE(sink.members[1].value.has_watched_key);
  EXPECT_TRUE(sink.members[2].value.has_watched_key);
}

TEST(Scan, AnErrorPrintsItsReasonAndPlace) {
  std::ostringstream out;
  out << ScanError{.reason = Reason::lone_surrogate, .offset = 17} << ", " << Kind::array;
  EXPECT_EQ(out.str(), "lone surrogate at 17, array");
}

}  // namespace
}  // namespace iii::json
