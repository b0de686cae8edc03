#include "base/limits.hpp"
#include "http/request.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace iii::workers::http_worker::test {
namespace {

constexpr std::string_view note_info =
    R"({"function_id":"f::note","request_schema":{"type":"object","properties":{"method":{},)"
    R"("body":{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}}})";

class Checked : public HttpScene {
 public:
  explicit Checked(Options options = {}) : HttpScene(std::move(options)) {
    EXPECT_EQ(
        add_trigger(
            "t", "f::note", R"({"api_path":"/notes","http_method":"POST","validate_request":true})"
        ),
        ""
    );
  }
  void post(
      std::uint64_t number, std::string_view text, std::string_view type = "application/json"
  ) {
    request(
        number,
        {.method = "POST",
         .target = "/notes",
         .headers = {{"content-type", type}},
         .body = http::BodyKind::sized}
    );
    body(number, text);
  }
};

TEST(HttpChecks, ask_what_the_function_takes_and_let_through_what_fits) {
  Checked scene;
  scene.post(1, R"({"text":"milk"})");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  EXPECT_EQ(scene.last_call.data_json, R"({"function_id":"f::note"})");
  scene.result(std::string(note_info));
  EXPECT_EQ(scene.take_call(), "f::note");
  scene.result(R"({"status_code":201})");
  EXPECT_EQ(scene.take_orders(), "1 limit 4194304; 1 201 content-type: application/json | {}");
}

TEST(HttpChecks, refuse_what_does_not_fit_and_say_where) {
  Checked scene;
  scene.post(1, R"({"text":7})");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.result(std::string(note_info));
  EXPECT_EQ(scene.take_call(), "nothing");
  EXPECT_EQ(
      scene.take_orders(),
      "1 limit 4194304; 1 400 content-type: application/json | "
      R"({"error":{"code":"INVALID_BODY","message":"The body does not fit what f::note takes: )"
      R"(/text must be of type string","pointer":"/text","reason":"must be of type string"}})"
  );
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpChecks, say_what_is_wrong_with_bodies_that_are_not_read) {
  for (const auto& [text, type, reason] : {
           std::tuple("{bad", "application/json", "must be well-formed JSON"),
           std::tuple("{}", "text/plain", "must be JSON, of content type application/json"),
           std::tuple(" null ", "application/json", "must be of type object"),
           std::tuple("", "application/json", "must be of type object"),
       }) {
    Checked scene;
    scene.post(1, text, type);
    EXPECT_EQ(scene.take_call(), "engine::functions::info");
    scene.result(std::string(note_info));
    EXPECT_NE(scene.take_orders().find("takes: it " + std::string(reason)), std::string::npos)
        << text;
  }
}

TEST(HttpChecks, ask_again_once_what_is_known_is_old) {
  Checked scene;
  scene.post(1, "{}");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.result(std::string(note_info));
  scene.post(2, "{}");
  EXPECT_EQ(scene.take_call(), "nothing") << "it is known";
  EXPECT_NE(scene.take_orders().find("2 400"), std::string::npos);
  scene.advance(base::limits::http_function_facts_age_max);
  scene.post(3, "{}");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.result(R"({"function_id":"f::note"})");
  EXPECT_EQ(scene.take_call(), "f::note") << "it takes anything now";
}

TEST(HttpChecks, fail_with_a_schema_that_cannot_be_used) {
  Checked scene;
  scene.post(1, "{}");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.result(R"({"request_schema":{"$ref":"http://h/x"}})");
  EXPECT_EQ(scene.take_call(), "nothing");
  EXPECT_NE(
      scene.take_orders().find(
          "500 content-type: application/json | "
          R"({"error":{"code":"invalid_request_format","message":"The request_format of f::note )"
          "cannot be used: the reference 'http://h/x' leads nowhere"
      ),
      std::string::npos
  );
}

TEST(HttpChecks, leave_a_function_that_is_not_there_to_its_call) {
  Checked scene;
  scene.post(1, "{}");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.failure("not_found", "Function 'f::note' is not registered.");
  EXPECT_EQ(scene.take_call(), "f::note");
}

TEST(HttpChecks, have_the_flat_form_of_line_0_11) {
  Checked scene({.errors = ErrorStyle::flat});
  scene.post(1, "[]");
  EXPECT_EQ(scene.take_call(), "engine::functions::info");
  scene.result(std::string(note_info));
  EXPECT_NE(
      scene.take_orders().find(
          R"(| {"error":"The body does not fit what f::note takes: it must be of type object"})"
      ),
      std::string::npos
  );
}

TEST(HttpChecks, are_asked_for_with_a_boolean) {
  HttpScene scene;
  EXPECT_EQ(
      scene.add_trigger("t", "f", R"({"api_path":"/a","validate_request":"yes"})"),
      "trigger_registration_failed: validate_request must be true or false"
  );
}

}  // namespace
}  // namespace iii::workers::http_worker::test
