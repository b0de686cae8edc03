#include "sdk/transport_headers.hpp"

#include "sdk/transport.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace iii::sdk {
namespace {

TEST(TransportHeaders, have_the_token_unless_the_user_authorizes) {
  const Headers own = {{"x-team", "till"}};
  EXPECT_EQ(with_token(own, std::nullopt), own);
  EXPECT_EQ(with_token(own, " \t"), own);
  EXPECT_EQ(
      with_token(own, " secret\n"),
      (Headers{{"x-team", "till"}, {"Authorization", "Bearer secret"}})
  );
  const Headers authorized = {{"AUTHORIZATION", "Basic a"}};
  EXPECT_EQ(with_token(authorized, "secret"), authorized);
}

TEST(TransportHeaders, leave_out_a_token_that_would_be_several_lines) {
  EXPECT_EQ(header_lines(with_token({}, "a\r\nx: y")), "");
}

}  // namespace
}  // namespace iii::sdk
