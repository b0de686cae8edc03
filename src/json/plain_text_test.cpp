#include "json/plain_text.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

namespace iii::json {
namespace {

// A copy without a single byte behind it, so that AddressSanitizer sees a read beyond the end.
struct Exact {
  explicit Exact(const std::string& text)
      : size(text.size()), bytes(std::make_unique<char[]>(text.size())) {
    text.copy(bytes.get(), size);
  }
  [[nodiscard]] const char* begin() const { return bytes.get(); }
  [[nodiscard]] const char* end() const { return bytes.get() + size; }

  std::size_t size;
  std::unique_ptr<char[]> bytes;
};

void expect_plain_bytes(const std::string& text, std::size_t plain_bytes) {
  const Exact exact(text);
  EXPECT_EQ(plain_end(exact.begin(), exact.end()) - exact.begin(), plain_bytes);
  EXPECT_EQ(plain_end_portable(exact.begin(), exact.end()) - exact.begin(), plain_bytes);
}

TEST(PlainText, EndsAtTheEndOfATextWithoutSpecialCharacters) {
  for (std::size_t size = 0; size <= 100; ++size) {
    SCOPED_TRACE(size);
    expect_plain_bytes(std::string(size, 'x'), size);
  }
}

TEST(PlainText, EndsAtASpecialCharacterAnywhere) {
  for (const char special : {'"', '\\', '\0', '\n', '\x1f'}) {
    for (std::size_t at = 0; at < 80; ++at) {
      SCOPED_TRACE(at);
      std::string text(80, 'x');
      text[at] = special;
      expect_plain_bytes(text, at);
    }
  }
}

TEST(PlainText, EndsAtTheFirstOfSeveral) {
  for (std::size_t at = 0; at < 40; ++at) {
    SCOPED_TRACE(at);
    expect_plain_bytes(std::string(at, 'x') + "\"\\\n" + std::string(40, '"'), at);
  }
}

TEST(PlainText, KnowsEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const bool is_stop = byte < 0x20 || byte == '"' || byte == '\\';
    expect_plain_bytes(std::string(32, static_cast<char>(byte)), is_stop ? 0 : 32);
  }
}

}  // namespace
}  // namespace iii::json
