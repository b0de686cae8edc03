#include "workers/http_functions/response.hpp"

#include "workers/http_functions/options.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace iii::workers::http_functions {
namespace {

std::string text_of(const Answer& answer) {
  return answer.error ? answer.error->code + ": " + answer.error->message
                      : "result " + answer.result_json;
}

struct Case {
  unsigned status;
  std::string_view body;
  std::string_view v0_11;
  std::string_view v0_22 = v0_11;
};

TEST(Response, means_what_the_reference_says) {
  const std::vector<Case> cases = {
      {200, "", "result "},
      {204, "", "result "},
      {200, R"({"ok":true,"z":1})", R"(result {"ok":true,"z":1})"},
      {201, " [1]\n", "result  [1]\n"},
      {200, "null", "result null"},
      {200, "not json", "invalid_response: the response is no JSON: unexpected character at byte 1"
      },
      {200, " ", "invalid_response: the response is no JSON: unexpected end at byte 1"},
      {200, R"({"a":1)", "invalid_response: the response is no JSON: unexpected end at byte 6"},
      {200, "\"\xff\"", "invalid_response: the response is no JSON: it is not UTF-8"},
      {302, R"({"a":1})", "http_error: HTTP 302 Found", R"(result {"a":1})"},
      {302, "moved", "http_error: HTTP 302 Found", "result "},
      {304, "", "http_error: HTTP 304 Not Modified", "result "},
      {400, R"({"error":{"code":"bad","message":"no"}})", "bad: no"},
      {400, R"({"error":{"code":7,"message":"no"}})", "http_error: no"},
      {400, R"({"error":{"code":"bad"}})", "bad: HTTP request failed"},
      {400, R"({"error":"text"})", "http_error: HTTP request failed"},
      {400, R"({"error":null})", "http_error: HTTP request failed"},
      {404, "nope", "http_error: HTTP 404 Not Found"},
      {404, "[1]", "http_error: HTTP 404 Not Found"},
      {500, R"({"message":"m"})", "http_error: HTTP 500 Internal Server Error"},
      {500, "", "http_error: HTTP 500 Internal Server Error"},
      {500, "{\"error\":{\"code\":\"\xff\"}}", "http_error: HTTP 500 Internal Server Error"},
      {799, "", "http_error: HTTP 799 <unknown-status>"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(text_of(answer_of(one.status, one.body, Redirects::are_errors)), one.v0_11)
        << one.status << " " << one.body;
    EXPECT_EQ(text_of(answer_of(one.status, one.body, Redirects::are_answers)), one.v0_22)
        << one.status << " " << one.body;
  }
}

TEST(Response, that_nests_too_deep_is_no_json) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  EXPECT_TRUE(
      text_of(answer_of(200, deep, Redirects::are_answers)).starts_with("invalid_response: ")
  );
  EXPECT_EQ(
      text_of(answer_of(500, deep, Redirects::are_answers)),
      "http_error: HTTP 500 Internal Server Error"
  );
}

}  // namespace
}  // namespace iii::workers::http_functions
