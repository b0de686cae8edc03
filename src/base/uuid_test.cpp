#include "base/uuid.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace iii::base {
namespace {

constexpr std::string_view canonical = "01234567-89ab-4def-8123-456789abcdef";
constexpr Uuid same(0x0123456789ab4defU, 0x8123456789abcdefU);

// Gives the same two numbers for ever.
class Constant final : public Random {
 public:
  explicit Constant(std::uint64_t value) : value_(value) {}
  std::uint64_t next() override { return value_; }

 private:
  std::uint64_t value_;
};

TEST(Uuid, IsReadInEverySpellingThatWorkersUse) {
  constexpr std::string_view spellings[] = {
      "01234567-89ab-4def-8123-456789abcdef",
      "01234567-89AB-4DEF-8123-456789ABCDEF",
      "01234567-89aB-4dEf-8123-456789AbCdEf",
      "0123456789ab4def8123456789abcdef",
      "0123456789AB4DEF8123456789ABCDEF",
      "urn:uuid:01234567-89ab-4def-8123-456789abcdef",
      "{01234567-89ab-4def-8123-456789abcdef}",
  };
  for (const std::string_view text : spellings) {
    EXPECT_EQ(Uuid::parse(text), same) << text;
  }
}

TEST(Uuid, IsReadWithoutRegardToVersionAndVariant) {
  EXPECT_EQ(Uuid::parse("00000000-0000-0000-0000-000000000000"), Uuid());
  EXPECT_EQ(
      Uuid::parse("ffffffff-ffff-ffff-ffff-ffffffffffff"),
      Uuid(std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max())
  );
}

TEST(Uuid, IsRefusedInAnyOtherSpelling) {
  constexpr std::string_view spellings[] = {
      "",
      "-",
      "{}",
      "urn:uuid:",
      "01234567-89ab-4def-8123-456789abcde",
      "01234567-89ab-4def-8123-456789abcdef0",
      "01234567_89ab_4def_8123_456789abcdef",
      "01234567-89ab-4def-8123456789ab-cdef",
      "012345678-9ab-4def-8123-456789abcdef",
      "01234567-89ab-4def-8123-456789abcdeg",
      "g1234567-89ab-4def-8123-456789abcdef",
      "01234567-89ab-4def-8123-456789abcde ",
      " 1234567-89ab-4def-8123-456789abcdef",
      "01234567-89ab-4def-8123-456789abcd\xc3\xa9",
      "0123456789ab4def8123456789abcde",
      "0123456789ab4def8123456789abcdef0",
      "{01234567-89ab-4def-8123-456789abcdef",
      "01234567-89ab-4def-8123-456789abcdef}",
      "(01234567-89ab-4def-8123-456789abcdef)",
      "uuid:01234567-89ab-4def-8123-456789abcdef",
  };
  for (const std::string_view text : spellings) {
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
  }
}

TEST(Uuid, IsRefusedWithAWrongCharacterInAnyPlace) {
  for (std::size_t at = 0; at < canonical.size(); ++at) {
    for (const char wrong : {'g', 'G', '/', ':', '@', '`', '_', '\0', ' '}) {
      std::string text(canonical);
      text[at] = wrong;
      EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
    }
  }
}

TEST(Uuid, IsWrittenInLowerCaseWithHyphens) {
  EXPECT_EQ(same.to_string(), canonical);
  EXPECT_EQ(Uuid().to_string(), "00000000-0000-0000-0000-000000000000");
  std::ostringstream out;
  out << same;
  EXPECT_EQ(out.str(), canonical);
}

TEST(Uuid, WritesExactlyItsTextAndNothingAfterIt) {
  std::string room(Uuid::text_size + 1, '#');
  same.write(room.data());
  EXPECT_EQ(room, std::string(canonical) + '#');
}

TEST(Uuid, ReadsWhatItWrites) {
  SeededRandom random(2);
  for (int i = 0; i < 1'000; ++i) {
    const Uuid id(random.next(), random.next());
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
  }
}

TEST(Uuid, MarksARandomOneAsVersionFour) {
  Constant ones(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(Uuid::random(ones).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  Constant zeros(0);
  EXPECT_EQ(Uuid::random(zeros).to_string(), "00000000-0000-4000-8000-000000000000");
}

TEST(Uuid, DrawsAnotherOneEachTime) {
  SeededRandom random(3);
  std::set<Uuid> drawn;
  for (int i = 0; i < 1'000; ++i) {
    drawn.insert(Uuid::random(random));
  }
  EXPECT_EQ(drawn.size(), 1'000U);
}

TEST(Uuid, SpreadsItsHashOverBothHalves) {
  std::set<std::size_t> hashes;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    hashes.insert(std::hash<Uuid>{}(Uuid(i, 0)));
    hashes.insert(std::hash<Uuid>{}(Uuid(0, i + 1)));
  }
  EXPECT_EQ(hashes.size(), 2'000U);
}

}  // namespace
}  // namespace iii::base
