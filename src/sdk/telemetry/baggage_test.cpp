#include <iii/trace_context.hpp>

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii {
namespace {

using Entry = Baggage::Entry;

struct Reading {
  std::string_view header;
  std::vector<Entry> entries;
};

TEST(Baggage, is_read_leniently) {
  for (const auto& [header, entries] : std::initializer_list<Reading>{
           {"", {}},
           {"a=1", {{"a", "1"}}},
           {"a=1,b=2", {{"a", "1"}, {"b", "2"}}},
           {" a = 1 ,\tb=2", {{"a", "1"}, {"b", "2"}}},
           {"a=1;secret;p=q,b=2", {{"a", "1"}, {"b", "2"}}},
           {"a=1,a=2", {{"a", "2"}}},
           {"a=b=c", {{"a", "b=c"}}},
           {"a=", {{"a", ""}}},
           {"a=%20x%2Cy%c3%a9", {{"a", " x,y\xC3\xA9"}}},
           {"a=100%,b=%4,c=%zz", {{"a", "100%"}, {"b", "%4"}, {"c", "%zz"}}},
           {"garbage", {}},
           {"=1,,;,a", {}},
           {"a b=1,b=2", {{"b", "2"}}},
           {"a=%FF,b=2", {{"b", "2"}}},
       }) {
    EXPECT_EQ(Baggage::parse(header).entries(), entries) << header;
  }
}

TEST(Baggage, is_written_so_that_it_reads_back) {
  Baggage baggage;
  EXPECT_EQ(baggage.header(), "");
  EXPECT_TRUE(baggage.set("user", "a b,c;d\"e\\f%"));
  EXPECT_TRUE(baggage.set("name", "\xC3\xA9\n\x7f"));
  EXPECT_EQ(baggage.header(), "user=a%20b%2Cc%3Bd%22e%5Cf%25,name=%C3%A9%0A%7F");
  EXPECT_EQ(Baggage::parse(baggage.header()), baggage);
}

TEST(Baggage, Item94_sets_gets_and_removes) {
  Baggage baggage;
  EXPECT_TRUE(baggage.set("a", "1"));
  EXPECT_TRUE(baggage.set("b", "2"));
  EXPECT_TRUE(baggage.set("a", "3"));
  EXPECT_EQ(baggage.get("a"), "3");
  EXPECT_EQ(baggage.get("c"), std::nullopt);
  baggage.remove("a");
  baggage.remove("c");
  EXPECT_EQ(baggage.header(), "b=2");
  EXPECT_FALSE(baggage.set("", "1"));
  EXPECT_FALSE(baggage.set("a,b", "1"));
  EXPECT_FALSE(baggage.set("a", "\xFF"));
  EXPECT_EQ(baggage.header(), "b=2");
}

TEST(Baggage, refuses_what_goes_beyond_its_bounds) {
  Baggage many;
  for (int i = 0; i < 180; ++i) {
    EXPECT_TRUE(many.set("key" + std::to_string(i), ""));
  }
  EXPECT_FALSE(many.set("one-more", ""));
  EXPECT_TRUE(many.set("key7", "changed"));

  Baggage large;
  EXPECT_FALSE(large.set("a", std::string(4096, 'x')));
  EXPECT_FALSE(large.set("a", std::string(1400, '%')));  // three bytes each
  EXPECT_TRUE(large.set("a", std::string(4094, 'x')));
  EXPECT_FALSE(large.set("b", std::string(4094, 'x')));  // the comma
  EXPECT_TRUE(large.set("b", std::string(4093, 'x')));
  EXPECT_EQ(large.header().size(), 8192U);
  large.remove("a");
  EXPECT_TRUE(large.set("c", std::string(4094, 'x')));
}

}  // namespace
}  // namespace iii
