// The scanner and Boost.JSON read the same generated documents, and the same documents with some
// bytes changed.
#include "json/recording_sink.hpp"
#include "json/scan.hpp"
#include "support/slow_json.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace iii::json {
namespace {

// Draws JSON texts: few keys, so that they repeat, and every spelling the grammar has.
class Author {
 public:
  explicit Author(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string object(std::size_t levels) {
    std::string text = "{" + space();
    for (std::size_t left = below(4); left > 0; --left) {
      text += string() + space() + ":" + space() + value(levels) + space() +
              (left > 1 ? "," + space() : "");
    }
    return text + "}";
  }

 private:
  std::string value(std::size_t levels) {
    switch (below(levels == 0 ? 3 : 6)) {
      case 0:
        return pick({"null", "true", "false"});
      case 1:
        return pick(
            {"0",
             "-0",
             "12",
             "-3.25",
             "1e5",
             "0.1E-2",
             "18446744073709551615",
             "1e400",
             "1e-400",
             "0e999"}
        );
      case 2:
        return string();
      case 3:
        return array(levels - 1);
      default:
        return object(levels - 1);
    }
  }

  std::string array(std::size_t levels) {
    std::string text = "[" + space();
    for (std::size_t left = below(4); left > 0; --left) {
      text += value(levels) + space() + (left > 1 ? "," + space() : "");
    }
    return text + "]";
  }

  std::string string() {
    std::string text = "\"";
    for (std::size_t left = below(3); left > 0; --left) {
      text += pick(
          {"a",
           "w",
           "\\u0077",
           "\\n",
           "\\\"",
           "\\\\",
           "\\ud83d\\ude00",
           "\xc3\xa9",
           "sixteen and more bytes"}
      );
    }
    return text + "\"";
  }

  std::string space() { return pick({"", "", "", " ", "\n\t", "\r"}); }

  std::string pick(std::initializer_list<std::string_view> choices) {
    return std::string(choices.begin()[below(choices.size())]);
  }

  std::mt19937 random_;
};

void expect_same_member(const Value& value, boost::json::value& expected) {
  boost::json::object* const object = expected.if_object();
  EXPECT_EQ(value.has_watched_key, object != nullptr && object->contains("w"));
  if (value.kind == Kind::string) {
    EXPECT_EQ(decode_string(value), std::string_view(expected.as_string()));
  }
  if (object != nullptr) {
    boost::json::value rest = *object;
    rest.as_object().stable_erase("w");
    EXPECT_TRUE(test::is_same(test::read_slowly(without_member(value, "w")).value, rest));
  }
}

// Returns whether the text was accepted.
bool expect_agreement(const std::string& text) {
  SCOPED_TRACE(text);
  const test::SlowReading slow = test::read_slowly(text);
  if (slow.verdict == test::Verdict::undecided) {
    return false;
  }
  const bool is_valid = slow.verdict == test::Verdict::accepted;
  EXPECT_EQ(!validate(text).has_value(), is_valid);
  RecordingSink sink;
  const bool is_accepted = !scan_object(text, "w", sink).has_value();
  EXPECT_EQ(is_accepted, is_valid && slow.value.is_object());
  if (!is_accepted || !slow.value.is_object()) {
    return false;
  }
  boost::json::object members;
  for (const auto& [key, value] : sink.members) {
    boost::json::value parsed = test::read_slowly(value.text).value;
    expect_same_member(value, parsed);
    members[decode_string(key)] = std::move(parsed);  // Of repeated keys the last counts.
  }
  EXPECT_TRUE(test::is_same(members, slow.value));
  return true;
}

TEST(Agreement, OnGeneratedDocuments) {
  Author author(20'251);
  int accepted = 0;
  for (int i = 0; i < 3'000; ++i) {
    accepted += expect_agreement(author.object(5)) ? 1 : 0;
  }
  EXPECT_GT(accepted, 1'000);
}

TEST(Agreement, OnDocumentsWithChangedBytes) {
  constexpr std::string_view bytes = "{}[]:,\"\\/ntfu0123456789.eE+- \n\t\x01\x7fw\xc3";
  Author author(20'252);
  int accepted = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string text = author.object(3);
    for (std::size_t changes = 1 + author.below(2); changes > 0; --changes) {
      text[author.below(text.size())] = bytes[author.below(bytes.size())];
    }
    accepted += expect_agreement(text) ? 1 : 0;
  }
  EXPECT_GT(accepted, 500);
  EXPECT_LT(accepted, 9'500);
}

}  // namespace
}  // namespace iii::json
