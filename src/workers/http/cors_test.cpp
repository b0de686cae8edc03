#include "workers/http/cors.hpp"

#include "workers/http/options.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace iii::workers::http_worker {
namespace {

const std::string vary =
    "vary: origin, access-control-request-method, access-control-request-headers\r\n";

TEST(Cors, lets_everybody_in_unless_told_otherwise) {
  const Cors cors(std::nullopt);
  EXPECT_FALSE(cors.needs_origin());
  std::string lines = "vary: accept\r\nAccess: x\r\naccess-control-allow-origin: other\r\n";
  cors.append("https://a.example", lines);
  EXPECT_EQ(
      lines,
      "vary: accept\r\nAccess: x\r\n" + vary +
          "access-control-allow-origin: *\r\naccess-control-expose-headers: *\r\n"
  );
  EXPECT_EQ(
      cors.preflight(""),
      vary +
          "access-control-allow-methods: *\r\naccess-control-allow-headers: *\r\n"
          "access-control-allow-origin: *\r\n"
  );
}

TEST(Cors, lets_in_who_is_listed) {
  const Cors cors(CorsOptions{{"https://a.example", "https://b.example:8443"}, {"GET", "POST"}});
  EXPECT_TRUE(cors.needs_origin());
  std::string lines;
  cors.append("https://b.example:8443", lines);
  EXPECT_EQ(lines, vary + "access-control-allow-origin: https://b.example:8443\r\n");
  for (const std::string origin : {"https://evil.example", "https://b.example", "", "*"}) {
    std::string others = "access-control-allow-origin: own\r\n";
    cors.append(origin, others);
    EXPECT_EQ(others, "access-control-allow-origin: own\r\n" + vary) << origin;
  }
  EXPECT_EQ(
      cors.preflight("https://a.example"),
      vary +
          "access-control-allow-methods: GET,POST\r\naccess-control-allow-headers: *\r\n"
          "access-control-allow-origin: https://a.example\r\n"
  );
}

TEST(Cors, takes_an_asterisk_for_everybody) {
  const Cors cors(CorsOptions{{"https://a.example", "*"}, {}});
  std::string lines;
  cors.append("x", lines);
  EXPECT_EQ(lines, vary + "access-control-allow-origin: *\r\n");
}

}  // namespace
}  // namespace iii::workers::http_worker
