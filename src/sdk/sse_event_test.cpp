#include <iii/http_stream.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace iii {
namespace {

using namespace std::chrono_literals;

TEST(SseEvent, is_a_block_of_lines) {
  EXPECT_EQ(to_text({.data = "hello"}), "data: hello\n\n");
  EXPECT_EQ(to_text({}), "data: \n\n");
  EXPECT_EQ(
      to_text({.data = "{}", .event = "price", .id = "7", .retry = 1500ms}),
      "id: 7\nevent: price\nretry: 1500\ndata: {}\n\n"
  );
}

TEST(SseEvent, keeps_every_line_of_its_data) {
  EXPECT_EQ(to_text({.data = "a\nb\r\nc\rd\n"}), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
}

TEST(SseEvent, refuses_what_would_end_a_line) {
  EXPECT_THROW(static_cast<void>(to_text({.event = "a\nb"})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(to_text({.id = "a\rb"})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(to_text({.id = std::string("a\0b", 3)})), std::invalid_argument);
}

}  // namespace
}  // namespace iii
