#include "workers/http/http_worker.hpp"

#include "base/time.hpp"
#include "http/request.hpp"
#include "protocol/from_worker.hpp"
#include "support/sweeps.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

constexpr std::string_view hello = R"({"api_path":"/hello/:name","http_method":"POST"})";
const Sent hello_sent{.method = "POST", .target = "/hello/you"};

class Hello : public HttpScene {
 public:
  explicit Hello(Options options = {}, std::string config = std::string(hello))
      : HttpScene(std::move(options)) {
    EXPECT_EQ(add_trigger("t-1", "f::hello", std::move(config)), "");
  }
};

boost::json::object data_of(const HttpScene& scene) {
  return boost::json::parse(scene.last_call.data_json).as_object();
}

TEST(HttpWorker, tells_what_its_trigger_type_takes_sends_and_wants) {
  HttpScene scene;
  scene.worker.start(scene.outputs);
  const auto& type =
      std::get<protocol::from_worker::RegisterTriggerType>(scene.outputs.messages.at(0));
  EXPECT_EQ(type.id, "http");
  const auto members = [](std::string_view schema) {
    const boost::json::value tree = boost::json::parse(schema);
    std::string names;
    for (const auto& member : tree.at("properties").as_object()) {
      names.append(names.empty() ? "" : " ").append(member.key());
    }
    return names;
  };
  EXPECT_EQ(
      members(type.trigger_request_format),
      "api_path http_method condition_function_id middleware_function_ids timeout_ms "
      "validate_request"
  );
  EXPECT_EQ(
      members(type.call_request_format),
      "query_params path_params headers path method body trigger request_body response"
  );
  EXPECT_EQ(members(type.response_format), "status_code headers body");
  EXPECT_FALSE(boost::json::parse(type.response_format).as_object().contains("required"));
}

TEST(HttpWorker, gives_the_function_all_of_the_request) {
  Hello scene;
  const Sent sent{
      .method = "POST",
      .target = "/hello/a%20b?tag=x&tag=y&q=hello+w%C3%B6rld&flag&=v&bad=%zz%ff",
      .headers =
          {{"Host", "h"},
           {"Content-Type", "application/json; charset=utf-8"},
           {"X-Twice", "1"},
           {"x-twice", "2"},
           {"X-Odd", "\xc3\xa9"},
           {"X-Quote", "a\"b\\"}},
      .body = http::BodyKind::sized
  };
  scene.request(1, sent);
  EXPECT_EQ(scene.take_orders(), "1 limit 16777216");
  EXPECT_EQ(scene.take_call(), "nothing") << "the body has not come";
  scene.body(1, R"( {"z":1, "a":[2]} )");
  EXPECT_EQ(scene.take_call(), "f::hello");
  boost::json::object data = data_of(scene);
  EXPECT_NE(scene.last_call.data_json.find(R"("body":{"z":1, "a":[2]}})"), std::string::npos)
      << "as it was sent";
  for (const std::string_view channel : {"request_body", "response"}) {
    EXPECT_EQ(data[channel].as_object().size(), 3U);
    data.erase(channel);
  }
  const boost::json::value expected = boost::json::parse(R"({
    "path_params": {"name": "a%20b"},
    "query_params": {"tag": "y", "q": "hello wörld", "flag": "", "": "v", "bad": "%zz�"},
    "headers": {"host": "h", "content-type": "application/json; charset=utf-8", "x-twice": "2",
                "x-odd": "", "x-quote": "a\"b\\"},
    "method": "POST",
    "path": "/hello/:name",
    "trigger": {"type": "http", "path": "/hello/:name", "method": "POST"},
    "body": {"z": 1, "a": [2]}
  })");
  EXPECT_EQ(boost::json::value(data), expected);
}

TEST(HttpWorker, reads_only_well_formed_json_as_a_body) {
  const std::vector<std::pair<std::string_view, std::string_view>> bodies = {
      {"[1,2]", "[1,2]"},
      {"\"str\"", "\"str\""},
      {"7", "7"},
      {"", "null"},
      {"{bad", "null"},
      {"\xff", "null"},
      {"{} {}", "null"},
      {"  true ", "true"},
  };
  for (const auto& [body, expected] : bodies) {
    Hello scene;
    Sent sent = hello_sent;
    sent.headers = {{"content-type", "application/json"}};
    sent.body = http::BodyKind::chunked;
    scene.request(1, sent);
    scene.body(1, body);
    EXPECT_EQ(scene.take_call(), "f::hello");
    EXPECT_TRUE(scene.last_call.data_json.ends_with("\"body\":" + std::string(expected) + "}"))
        << body;
  }
}

TEST(HttpWorker, leaves_other_bodies_to_the_channel) {
  for (const std::string_view type :
       {"text/plain", "application/vnd.api+json", "Application/JSON"}) {
    Hello scene;
    Sent sent = hello_sent;
    sent.headers = {{"content-type", type}};
    sent.body = http::BodyKind::sized;
    scene.request(1, sent);
    EXPECT_EQ(scene.take_call(), "f::hello") << "at once";
    EXPECT_TRUE(scene.last_call.data_json.ends_with(R"("body":null})"));
  }
}

struct Returned {
  std::string_view result;
  std::string_view response;
};

// spec: http §9, and the recorded answers.
TEST(HttpWorker, answers_with_what_the_function_returns) {
  const std::vector<Returned> cases = {
      {R"("hello")", "200 content-type: application/json | {}"},
      {"[1]", "200 content-type: application/json | {}"},
      {"7", "200 content-type: application/json | {}"},
      {"false", "200 content-type: application/json | {}"},
      {R"({"message":"hi"})", "200 content-type: application/json | {}"},
      {R"({"status_code":404})", "404 content-type: application/json | {}"},
      {R"({"statusCode":404,"body":1})", "404 content-type: application/json | 1"},
      {R"({"statusCode":404,"status_code":201})", "201 content-type: application/json | {}"},
      {R"({"status_code":"404","body":null})", "200 content-type: application/json | null"},
      {R"({"status_code":99,"body":1})", "200 content-type: application/json | 1"},
      {R"({"status_code":1000,"body":1})", "200 content-type: application/json | 1"},
      {R"({"status_code":200.0,"body":1})", "200 content-type: application/json | 1"},
      {R"({"status_code":-1,"body":1})", "200 content-type: application/json | 1"},
      {R"({"status_code":65736,"body":1})", "200 content-type: application/json | 1"},
      {R"({"body":"te\"xt"})", R"(200 content-type: application/json | "te\"xt")"},
      {R"({"body":{"z":1, "a":2}})", R"(200 content-type: application/json | {"z":1, "a":2})"},
      {R"({"headers":{"Content-Type":"text/html"},"body":"<p>\n"})",
       "200 content-type: text/html | <p>\n"},
      {R"({"headers":{"content-type":"text/html"},"body":{"a":1}})",
       R"(200 content-type: text/html | {"a":1})"},
      {R"({"headers":{"content-type":"text/html"},"body":null})", "200 content-type: text/html | "},
      {R"({"headers":{"content-type":"text/html"}})", "200 content-type: text/html | {}"},
      {R"({"headers":{"content-type":"application/json"},"body":"bare"})",
       "200 content-type: application/json | bare"},
      {R"({"headers":["Set-Cookie: a=1","Set-Cookie: b=2","X: y:z","bad",5],"body":1})",
       "200 set-cookie: a=1 set-cookie: b=2 x: y:z content-type: application/json | 1"},
      {R"({"headers":{"X-Num":5,"X-Ok":"v","bad name":"x","X-Cr":"a\r\nb: c"},"body":1})",
       "200 x-ok: v content-type: application/json | 1"},
      {R"({"headers":{"Content-Length":"9","Transfer-Encoding":"x","Connection":"close"}})",
       "200 content-type: application/json | {}"},
      {R"({"headers":7,"body":1})", "200 content-type: application/json | 1"},
      {R"({"status_code":101,"body":1})",
       R"(500 content-type: application/json | {"error":{"code":"INTERNAL_ERROR",)"
       R"("message":"a function cannot answer with a status below 200"}})"},
  };
  for (const Returned& returned : cases) {
    Hello scene;
    scene.request(1, hello_sent);
    scene.take_call();
    scene.result(std::string(returned.result));
    EXPECT_EQ(scene.take_orders(), "1 " + std::string(returned.response)) << returned.result;
    EXPECT_EQ(scene.worker.requests(), 0U);
  }
}

// spec: http §9: skipped with a warning.
TEST(HttpWorker, says_which_header_it_leaves_out) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {R"({"headers":{"X-Ok":"v","X-Num":5,"bad name":"x"}})", "X-Num"},
      {R"({"headers":{"bad name":"x"}})", "bad name"},
      {R"({"headers":{"Content-Length":"1"}})", "Content-Length"},
      {R"({"headers":["A: b","no colon"]})", "no colon"},
  };
  for (const auto& [result, name] : cases) {
    Hello scene;
    scene.request(1, hello_sent);
    scene.take_call();
    scene.result(std::string(result));
    ASSERT_EQ(scene.outputs.notes.size(), 1U) << result;
    EXPECT_EQ(scene.outputs.notes[0].event, "http_header_left_out");
    EXPECT_EQ(scene.outputs.notes[0].fields.at(0).second, "/hello/:name");
    EXPECT_EQ(scene.outputs.notes[0].fields.at(1).second, name);
  }
}

TEST(HttpWorker, tells_why_a_function_failed) {
  Hello scene;
  scene.request(1, hello_sent);
  scene.take_call();
  scene.failure("boom", "it \"broke\"");
  EXPECT_EQ(
      scene.take_orders(),
      R"(1 500 content-type: application/json | )"
      R"({"error":{"code":"boom","message":"it \"broke\"","error_id":"1d1a94a2000"}})"
  );
  ASSERT_EQ(scene.outputs.notes.size(), 1U);
  EXPECT_EQ(scene.outputs.notes[0].event, "http_request_failed");

  Hello old({.errors = ErrorStyle::flat});
  old.request(1, hello_sent);
  old.take_call();
  old.failure("boom", "it broke");
  EXPECT_EQ(
      old.take_orders(),
      R"(1 500 content-type: application/json | {"error":"it broke","error_id":"1d1a94a2000"})"
  );
}

TEST(HttpWorker, knows_what_it_does_not_serve) {
  Hello scene;
  EXPECT_EQ(scene.add_trigger("t-2", "f::get", R"({"api_path":"hello/me"})"), "");
  const std::vector<std::pair<Sent, std::string_view>> cases = {
      {{.target = "/nothing"},
       R"(404 content-type: application/json | )"
       R"({"error":{"code":"NOT_FOUND","message":"Not Found"}})"},
      {{.target = "/hello/you"}, "405 allow: POST | "},
      {{.method = "DELETE", .target = "/hello/me"}, "405 allow: GET,POST,HEAD | "},
      {{.method = "BREW", .target = "/hello/me"}, "405 allow: GET,POST,HEAD | "},
      {{.method = "OPTIONS", .target = "/hello/me"}, "200 allow: GET,POST,HEAD | "},
      {{.method = "OPTIONS", .target = "*"}, "200 | "},
  };
  for (const auto& [sent, expected] : cases) {
    scene.request(1, sent);
    EXPECT_EQ(scene.take_orders(), "1 " + std::string(expected));
    EXPECT_EQ(scene.take_call(), "nothing");
  }
}

TEST(HttpWorker, runs_the_route_of_get_for_head) {
  HttpScene scene;
  EXPECT_EQ(scene.add_trigger("t-1", "f::get", R"({"api_path":"/a"})"), "");
  scene.request(1, {.method = "HEAD", .target = "/a"});
  EXPECT_EQ(scene.take_call(), "f::get");
  EXPECT_EQ(data_of(scene)["method"], "HEAD");
}

TEST(HttpWorker, asks_a_route_of_options_unless_a_browser_asks) {
  HttpScene scene;
  EXPECT_EQ(scene.add_trigger("t", "f::opt", R"({"api_path":"/a","http_method":"options"})"), "");
  scene.request(1, {.method = "OPTIONS", .target = "/a"});
  EXPECT_EQ(scene.take_call(), "f::opt");
  scene.request(
      2,
      {.method = "OPTIONS", .target = "/a", .headers = {{"access-control-request-method", "PUT"}}}
  );
  EXPECT_EQ(scene.take_call(), "nothing");
  EXPECT_EQ(scene.take_orders(), "2 200 | ");
}

TEST(HttpWorker, says_what_is_wrong_with_a_trigger) {
  Hello scene;
  const std::string failed = "trigger_registration_failed: ";
  EXPECT_EQ(scene.add_trigger("t", "f", "null"), failed + "api_path is required for http triggers");
  EXPECT_EQ(scene.add_trigger("t", "f", "{}"), failed + "api_path is required for http triggers");
  EXPECT_EQ(
      scene.add_trigger("t", "f", R"({"api_path":"/hello/:other","http_method":"post"})"),
      failed +
          "Route 'POST /hello/:other' conflicts with already-registered route 'POST "
          "/hello/:name': routes with identical structure but different path-parameter names "
          "are not supported"
  );
  EXPECT_EQ(scene.add_trigger("t", "f", R"({"api_path":"/hello/:other"})"), "");
  EXPECT_NE(scene.add_trigger("t", "f", R"({"api_path":"/x/*"})"), "");
  EXPECT_NE(scene.add_trigger("t", "f", R"({"api_path":"/x","http_method":"TRACE"})"), "");
  EXPECT_NE(scene.add_trigger("t", "f", R"({"api_path":"/x","timeout_ms":0})"), "");
  scene.request(1, {.target = "/hello/x"});
  EXPECT_EQ(scene.take_call(), "f") << "a refused change leaves the trigger as it was";
}

TEST(HttpWorker, keeps_routes_apart_as_their_paths_are_written) {
  HttpScene scene;
  EXPECT_EQ(scene.add_trigger("root", "f::root", R"({"api_path":"/"})"), "");
  EXPECT_EQ(
      scene.add_trigger("empty", "f::empty", R"({"api_path":""})"),
      "trigger_registration_failed: Route 'GET ' conflicts with already-registered route 'GET /': "
      "routes with identical structure but different path-parameter names are not supported"
  );
  EXPECT_EQ(scene.add_trigger("one", "f::one", R"({"api_path":"/users"})"), "");
  EXPECT_EQ(scene.add_trigger("two", "f::two", R"({"api_path":"//users"})"), "");
  const auto asked = [&](std::uint64_t id, std::string_view target) {
    scene.request(id, {.target = target});
    return scene.take_call();
  };
  EXPECT_EQ(asked(1, "/"), "f::root");
  EXPECT_EQ(asked(2, "/users"), "f::one");
  EXPECT_EQ(asked(3, "//users"), "f::two");
}

TEST(HttpWorker, lets_the_last_registration_of_a_route_serve_and_the_one_before_return) {
  Hello scene;
  EXPECT_EQ(scene.add_trigger("t-2", "f::second", std::string(hello)), "");
  scene.request(1, hello_sent);
  EXPECT_EQ(scene.take_call(), "f::second");
  scene.remove_trigger("t-2");
  scene.request(2, hello_sent);
  EXPECT_EQ(scene.take_call(), "f::hello");
  scene.remove_trigger("t-1");
  scene.remove_trigger("t-1");
  scene.request(3, hello_sent);
  EXPECT_EQ(scene.take_call(), "nothing");
}

TEST(HttpWorker, answers_with_the_route_that_a_request_began_with) {
  Hello scene;
  scene.request(1, hello_sent);
  scene.take_call();
  scene.remove_trigger("t-1");
  scene.result(R"({"body":"still"})");
  EXPECT_EQ(scene.take_orders(), R"(1 200 content-type: application/json | "still")");
}

// --- Conditions and middleware ---

TEST(HttpWorker, asks_the_condition_without_channels) {
  Hello scene({}, R"({"api_path":"/c","condition_function_id":"k::may"})");
  scene.request(1, {.target = "/c"});
  EXPECT_EQ(scene.take_call(), "k::may");
  EXPECT_EQ(data_of(scene).size(), 7U);
  EXPECT_FALSE(data_of(scene).contains("response"));
  scene.result("false");
  EXPECT_EQ(
      scene.take_orders(),
      R"(1 422 content-type: application/json | )"
      R"({"error":{"code":"CONDITION_NOT_MET","message":"Request condition not met"},)"
      R"("skipped":true})"
  );
  for (const std::string_view answer : {"true", "null", "0", "\"\"", "{}", ""}) {
    scene.request(1, {.target = "/c"});
    EXPECT_EQ(scene.take_call(), "k::may");
    scene.result(std::string(answer));
    EXPECT_EQ(scene.take_call(), "f::hello") << answer;
    scene.result("{}");
    (void)scene.take_orders();
  }
  scene.request(1, {.target = "/c"});
  scene.take_call();
  scene.failure("cond", "failed");
  EXPECT_NE(scene.take_orders().find(R"(1 500)"), std::string::npos);
}

TEST(HttpWorker, asks_middleware_in_order) {
  HttpScene scene({.middleware = {"g::one", "g::two"}});
  EXPECT_EQ(
      scene.add_trigger(
          "t", "f", R"({"api_path":"/m/:id","middleware_function_ids":["m::one",5,"m::two"]})"
      ),
      ""
  );
  scene.request(1, {.target = "/m/7?q=1", .headers = {{"X-A", "b"}}});
  for (const std::string_view id : {"g::one", "g::two", "m::one", "m::two"}) {
    EXPECT_EQ(scene.take_call(), id);
    EXPECT_EQ(
        boost::json::parse(scene.last_call.data_json),
        boost::json::parse(
            R"({"phase":"preHandler","request":{"headers":{"x-a":"b"},"method":"GET",)"
            R"("path_params":{"id":"7"},"query_params":{"q":"1"}},"context":{}})"
        )
    );
    scene.result(id == "g::two" ? "null" : R"({"action":"continue"})");
  }
  EXPECT_EQ(scene.outputs.notes.size(), 1U) << "null is taken for continue, and noted";
  EXPECT_EQ(scene.take_call(), "f");
}

TEST(HttpWorker, lets_a_middleware_answer) {
  const std::vector<Returned> cases = {
      {R"({"action":"respond","response":)"
       R"({"status_code":403,"body":{"e":1},"headers":{"X-Why":"y"}}})",
       R"(403 x-why: y content-type: application/json | {"e":1})"},
      {R"({"action":"respond","response":{"body":"text"}})",
       R"(200 content-type: application/json | "text")"},
      {R"({"action":"respond"})", "200 content-type: application/json | null"},
      {R"({"action":"respond","response":{"status_code":401,"headers":["a: b"]}})",
       "401 content-type: application/json | null"},
      {R"({"action":"respond","response":{"headers":{"a":1,"b":"c"},"body":null}})",
       "200 content-type: application/json | null"},
      {R"({"action":"respond","response":{"headers":{"Content-Type":"text/x"},"body":1}})",
       "200 content-type: text/x | 1"},
  };
  for (const Returned& returned : cases) {
    HttpScene scene({.middleware = {"g::gate"}});
    EXPECT_EQ(scene.add_trigger("t", "f", R"({"api_path":"/m"})"), "");
    scene.request(1, {.target = "/m"});
    EXPECT_EQ(scene.take_call(), "g::gate");
    scene.result(std::string(returned.result));
    EXPECT_EQ(scene.take_orders(), "1 " + std::string(returned.response));
    EXPECT_EQ(scene.take_call(), "nothing");
  }
}

TEST(HttpWorker, reads_no_body_before_the_middleware_of_all_routes_has_spoken) {
  Hello scene({.middleware = {"g::gate"}});
  Sent sent = hello_sent;
  sent.body = http::BodyKind::sized;
  scene.request(1, sent);
  EXPECT_EQ(scene.take_orders(), "1 holds");
  scene.take_call();
  scene.result(R"({"action":"continue"})");
  EXPECT_EQ(scene.take_orders(), "1 releases");
  EXPECT_EQ(scene.take_call(), "f::hello");
}

// --- Time, numbers, clients that go ---

TEST(HttpWorker, gives_up_after_the_timeout) {
  Hello scene;
  EXPECT_EQ(scene.add_trigger("t-2", "f::fast", R"({"api_path":"/fast","timeout_ms":100})"), "");
  scene.request(1, hello_sent);
  scene.request(2, {.target = "/fast"});
  EXPECT_EQ(scene.worker.next_deadline(), scene.now.monotonic + 100ms);
  scene.advance(99ms);
  EXPECT_EQ(scene.take_orders(), "");
  scene.advance(1ms);
  EXPECT_EQ(scene.take_orders(), "2 504 | ");
  EXPECT_EQ(scene.outputs.abandoned.size(), 1U) << "the core is told that nobody waits";
  EXPECT_EQ(scene.take_call(), "f::hello");
  EXPECT_EQ(scene.take_call(), "f::fast");
  scene.result(R"({"body":"late"})");
  EXPECT_EQ(scene.take_orders(), "");
  scene.advance(29'900ms);
  EXPECT_EQ(scene.take_orders(), "1 504 | ");
  EXPECT_EQ(scene.worker.counters().timeouts, 2U);
  EXPECT_EQ(scene.worker.next_deadline(), base::never);
}

// Each step of a request is the one that takes too long.
TEST(HttpWorker, gives_up_whatever_it_waits_for) {
  const std::vector<std::string_view> steps = {"g::gate", "body", "k::may", "m::gate", "f"};
  const std::size_t deadlines = iii::test::sweep_late([&](std::size_t late) {
    if (late == steps.size()) {
      return false;
    }
    HttpScene scene({.middleware = {"g::gate"}});
    EXPECT_EQ(
        scene.add_trigger(
            "t",
            "f",
            R"({"api_path":"/s","http_method":"POST","condition_function_id":"k::may",)"
            R"("middleware_function_ids":["m::gate"]})"
        ),
        ""
    );
    scene.request(
        1,
        {.method = "POST",
         .target = "/s",
         .headers = {{"content-type", "application/json"}},
         .body = http::BodyKind::sized}
    );
    for (std::size_t i = 0; i < late; ++i) {
      if (steps[i] == "body") {
        scene.body(1, "{}");
      } else {
        EXPECT_EQ(scene.take_call(), steps[i]);
        scene.result(R"({"action":"continue"})");
      }
    }
    (void)scene.take_orders();
    scene.advance(30s);
    const bool is_middleware = steps[late].ends_with("gate");
    EXPECT_EQ(
        scene.take_orders(),
        is_middleware ? R"(1 504 content-type: application/json | )"
                        R"({"error":{"code":"MIDDLEWARE_TIMEOUT","message":"Middleware timeout"}})"
                      : "1 504 | "
    );
    EXPECT_EQ(scene.worker.requests(), 0U);
    return true;
  });
  EXPECT_EQ(deadlines, steps.size());
}

TEST(HttpWorker, forgets_a_request_whose_client_has_gone) {
  Hello scene;
  scene.request(1, hello_sent);
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  EXPECT_EQ(scene.outputs.abandoned.size(), 1U);
  scene.take_call();
  scene.result(R"({"body":1})");
  EXPECT_EQ(scene.take_orders(), "");
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpWorker, answers_no_more_requests_at_once_than_it_may) {
  iii::test::sweep_tiny(3, [](std::size_t limit) {
    Hello scene({.requests_max = limit + 1, .waiting_max = 1});
    for (std::uint64_t number = 1; number <= limit + 3; ++number) {
      scene.request(number, hello_sent);
    }
    EXPECT_EQ(scene.outputs.calls.size(), limit + 1);
    EXPECT_TRUE(scene.take_orders().starts_with(std::to_string(limit + 3) + " 503 "));
    scene.take_call();
    scene.result("{}");
    EXPECT_EQ(scene.outputs.calls.size(), limit + 1) << "the one that waited";
  });
}

TEST(HttpWorker, holds_the_body_of_a_request_that_waits) {
  Hello scene({.requests_max = 1});
  scene.request(1, hello_sent);
  Sent sent = hello_sent;
  sent.body = http::BodyKind::sized;
  scene.request(2, sent);
  EXPECT_EQ(scene.take_orders(), "2 holds");
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  EXPECT_EQ(scene.take_orders(), "2 releases");
}

// It is the function that remembers: the same key twice is two calls.
TEST(HttpWorker, passes_the_key_of_a_repetition_on) {
  Hello scene;
  Sent sent = hello_sent;
  sent.headers = {{"Idempotency-Key", "\"8e03978e\""}};
  for (const std::uint64_t number : {1U, 2U}) {
    scene.request(number, sent);
    EXPECT_EQ(scene.take_call(), "f::hello");
    EXPECT_EQ(data_of(scene)["headers"].at("idempotency-key"), "\"8e03978e\"");
  }
}

TEST(HttpWorker, passes_the_trace_of_a_request_on) {
  Hello scene;
  Sent sent = hello_sent;
  sent.headers = {{"traceparent", "00-a-b-01"}, {"baggage", "k=v"}};
  scene.request(1, sent);
  scene.take_call();
  EXPECT_EQ(scene.last_call.traceparent, "00-a-b-01");
  EXPECT_EQ(scene.last_call.baggage, "k=v");
}

}  // namespace
}  // namespace iii::workers::http_worker::test
