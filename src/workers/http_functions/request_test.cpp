#include "workers/http_functions/request.hpp"

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "workers/http_functions/endpoint.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace iii::workers::http_functions {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

const base::Uuid id(1, 2);
constexpr base::WallTime now(1'700'000'000s + 999ms);

TEST(Signature, has_the_check_values) {
  EXPECT_EQ(
      signature("s3cr3t", "1700000000", R"({"hello":"world"})"),
      "sha256=6790bec6779bb38272bb9c3917fc6f3f87cc0e28eed0ea193e426f2c16b61619"
  );
  // Computed with Python's hmac: with each number of padding characters, and an empty secret.
  EXPECT_EQ(
      signature("k", "0", ""),
      "sha256=ef773d2a4edf50535577abe9123f24709955384711ee7355982af4b3a5d30722"
  );
  EXPECT_EQ(
      signature("k", "0", "a"),
      "sha256=61e092a96d778aaa2cfd405b2a11cddab2c64c9ad4c465b873cf2dce78ad00c1"
  );
  EXPECT_EQ(
      signature("k", "0", "ab"),
      "sha256=fdb2238532e5ae3240bd876894ef2fe06c35c4b2fe58cf791bec99f7b9b8faf7"
  );
  EXPECT_EQ(
      signature("", "0", "abc"),
      "sha256=6b6d093114d9571ddd77297c80883d5fbe87026b8b8de975d859e8187e6494f5"
  );
}

TEST(RequestHeaders, are_those_of_the_reference_in_their_order) {
  Endpoint endpoint;
  endpoint.function_id = "h::post";
  endpoint.headers = {{"X-Custom", "v"}, {"content-type", "text/x"}};
  EXPECT_EQ(
      header_lines(endpoint, id, "{}", {}, now),
      (Lines{
          "content-type: application/json",
          "x-iii-function-path: h::post",
          "x-iii-invocation-id: 00000000-0000-0001-0000-000000000002",
          "x-iii-timestamp: 1700000000",
          "X-Custom: v",
          "content-type: text/x"
      })
  );
}

TEST(RequestHeaders, prove_who_sends) {
  Endpoint endpoint;
  endpoint.authentication = {Authentication::Kind::header, "authorization", "Bearer tok"};
  EXPECT_EQ(header_lines(endpoint, id, "{}", {}, now).back(), "authorization: Bearer tok");
  endpoint.authentication = {Authentication::Kind::hmac, {}, "s3cr3t"};
  EXPECT_EQ(
      header_lines(endpoint, id, R"({"hello":"world"})", {}, now).back(),
      "x-iii-signature: sha256=6790bec6779bb38272bb9c3917fc6f3f87cc0e28eed0ea193e426f2c16b61619"
  );
}

TEST(RequestHeaders, carry_the_trace_as_far_as_it_is_legal) {
  const auto lines = header_lines({}, id, "{}", {"00-a-b-01", "tenant=acme"}, now);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[4], "traceparent: 00-a-b-01");
  EXPECT_EQ(lines[5], "baggage: tenant=acme");
  EXPECT_EQ(header_lines({}, id, "{}", {"", "a=b\r\nx: y"}, now).size(), 4U);
}

}  // namespace
}  // namespace iii::workers::http_functions
