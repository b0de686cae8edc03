#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/uuid.hpp"
#include "core/effects.hpp"
#include "http/request.hpp"
#include "http/server_connection.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"
#include "workers/http/route_metrics.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker::test {
namespace {

TEST(RouteCounts, put_a_duration_where_it_belongs) {
  RouteCounts counts;
  for (const auto duration : {0us, 5000us, 5001us, 10'000'000us, 10'000'001us}) {
    counts.on_begun();
    counts.on_ended(200, duration);
  }
  EXPECT_EQ(counts.durations[0], 2U);
  EXPECT_EQ(counts.durations[1], 1U);
  EXPECT_EQ(counts.durations[13], 1U);
  EXPECT_EQ(counts.durations[14], 1U);
  EXPECT_EQ(counts.in_flight, 0U);
  EXPECT_EQ(counts.duration_sum, 20'010'002us);
}

TEST(RouteMetrics, have_a_bound) {
  RouteMetrics metrics;
  std::vector<std::shared_ptr<RouteCounts>> held;
  for (std::size_t i = 0; i < base::limits::http_counted_routes_max; ++i) {
    held.push_back(metrics.counts_of("GET", "/" + std::to_string(i)));
  }
  const auto other = metrics.counts_of("GET", "/x");
  EXPECT_EQ(metrics.counts_of("GET", "/y"), other) << "they share a row";
  EXPECT_TRUE(metrics.rows_json().ends_with("}}]"));
  EXPECT_EQ(metrics.size(), base::limits::http_counted_routes_max);
  held.pop_back();
  EXPECT_NE(metrics.counts_of("GET", "/z"), other) << "one has gone";
  EXPECT_EQ(metrics.counts_of("GET", "/0"), held[0]);
}

Options with_records() {
  Options options;
  options.logs_access = options.counts_routes = true;
  return options;
}

class Recorded : public HttpScene {
 public:
  Recorded() : HttpScene(with_records()) { add_trigger("t", "f", R"({"api_path":"/a/:id"})"); }
  // "method=GET path=/a …" of each line.
  std::string take_lines() {
    std::string text;
    for (const core::Note& note : outputs.notes) {
      if (note.event == "http_request") {
        EXPECT_TRUE(note.is_requested) << "it must not be left out";
        text += text.empty() ? "" : "; ";
        for (const auto& [name, value] : note.fields) {
          text +=
              (text.empty() || text.ends_with(' ') ? "" : " ") + std::string(name) + "=" + value;
        }
      }
    }
    outputs.notes.clear();
    return text;
  }
  void ask(Sent sent) {
    http::Request request;
    request.method = sent.method;
    request.target = sent.target;
    request.headers = sent.headers;
    worker.on_request(id(1), request, now, outputs, "10.0.0.1");
    worker.on_body_end(id(1), now, outputs);
  }
  boost::json::value metrics() {
    worker.on_invoked(
        {base::InvocationId(base::Uuid(1, 2)), "engine::http::metrics", "{}", "", "", ""},
        now,
        outputs
    );
    const std::string json = outputs.replies.back().result_json;
    return boost::json::parse(json);
  }
};

TEST(HttpRecords, write_a_line_for_each_request) {
  Recorded scene;
  scene.ask(
      {.target = "/a/7?token=secret",
       .headers = {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}}
  );
  EXPECT_EQ(scene.take_call(), "f");
  scene.advance(12ms);
  scene.result(R"({"status_code":201,"body":"1234"})");
  EXPECT_EQ(
      scene.take_lines(),
      "method=GET path=/a/7 status=201 bytes=6 duration_ms=12.000 client=10.0.0.1 route=/a/:id "
      "trace_id=0af7651916cd43dd8448eb211c80319c"
  );
  scene.ask({.target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  scene.failure("broken", "it is broken");
  EXPECT_NE(scene.take_lines().find(" status=500 "), std::string::npos);
  scene.ask({.method = "HEAD", .target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  scene.result("{}");
  EXPECT_NE(scene.take_lines().find("status=200 bytes=0 "), std::string::npos);
}

TEST(HttpRecords, name_the_error_as_its_answer_does) {
  Recorded scene;
  scene.ask({.target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  scene.failure("broken", "it is broken");
  const std::string line = scene.take_lines();
  const std::string id = line.substr(line.find("error_id=") + 9);
  EXPECT_NE(scene.take_orders().find("\"error_id\":\"" + id + "\""), std::string::npos) << line;
}

TEST(HttpRecords, write_lines_for_what_has_no_route) {
  Recorded scene;
  scene.ask({.target = "/none"});
  scene.ask({.method = "POST", .target = "/a/1"});
  EXPECT_EQ(
      scene.take_lines(),
      "method=GET path=/none status=404 bytes=0 duration_ms=0.000 client=10.0.0.1; "
      "method=POST path=/a/1 status=405 bytes=0 duration_ms=0.000 client=10.0.0.1"
  );
}

TEST(HttpRecords, count_answers_by_route) {
  Recorded scene;
  scene.ask({.target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  EXPECT_EQ(scene.metrics().at("routes").at(0).at("in_flight"), 1);
  scene.advance(7ms);
  scene.result("{}");
  scene.ask({.target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  scene.ask({.target = "/none"});
  const boost::json::value metrics = scene.metrics();
  const boost::json::value expected =
      boost::json::parse(R"({"routes":[{"method":"GET","path":"/a/:id","in_flight":0,)"
                         R"("statuses":{"abandoned":1,"2xx":1,"3xx":0,"4xx":0,"5xx":0},)"
                         R"("duration_ms":{"count":2,"sum":7.000,)"
                         R"("bounds":[5,10,25,50,75,100,250,500,750,1000,2500,5000,7500,10000],)"
                         R"("counts":[1,1,0,0,0,0,0,0,0,0,0,0,0,0,0]}}],)"
                         R"("requests":3,"not_found":1,"refused":0,"timeouts":0,"abandoned":1,)"
                         R"("unreadable":0})");
  EXPECT_EQ(metrics, expected);
}

TEST(HttpRecords, know_requests_that_were_refused) {
  Recorded scene;
  scene.add_trigger("up", "f", R"({"api_path":"/up","http_method":"POST"})");
  const http::RefusalText head = scene.worker.on_refused(
      HttpScene::id(1), {431, "too much"}, scene.now, scene.outputs, "10.0.0.1"
  );
  EXPECT_EQ(
      head.body, R"({"error":{"code":"REQUEST_HEADER_FIELDS_TOO_LARGE","message":"too much"}})"
  );
  EXPECT_NE(head.lines.find("access-control-allow-origin: *\r\n"), std::string::npos);
  EXPECT_EQ(
      scene.take_lines(), "method= path= status=431 bytes=73 duration_ms=0.000 client=10.0.0.1"
  );
  scene.request(
      1,
      {.method = "POST",
       .target = "/up",
       .headers = {{"content-type", "application/json"}},
       .body = http::BodyKind::sized}
  );
  const http::RefusalText body =
      scene.worker.on_refused(HttpScene::id(1), {413, "too large"}, scene.now, scene.outputs);
  EXPECT_NE(body.lines.find("access-control-allow-origin: *\r\n"), std::string::npos);
  EXPECT_NE(scene.take_lines().find("path=/up status=413 "), std::string::npos);
  const boost::json::value metrics = scene.metrics();
  EXPECT_EQ(metrics.at("unreadable"), 1);
  EXPECT_EQ(metrics.at("abandoned"), 0);
  EXPECT_EQ(metrics.at("routes").at(1).at("statuses").at("4xx"), 1);
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(HttpRecords, tell_of_a_refusal_as_the_other_errors_are_told) {
  Options options;
  options.errors = ErrorStyle::flat;
  HttpScene scene(std::move(options));
  const http::RefusalText text =
      scene.worker.on_refused(HttpScene::id(1), {400, "why"}, scene.now, scene.outputs);
  EXPECT_EQ(text.body, R"({"error":"why"})");
}

TEST(HttpRecords, have_no_row_for_a_route_that_was_refused) {
  Recorded scene;
  EXPECT_NE(scene.add_trigger("bad", "f", R"({"api_path":"/x/*"})"), "");
  EXPECT_EQ(scene.metrics().at("routes").as_array().size(), 1U);
}

TEST(HttpRecords, go_on_when_a_route_is_registered_again) {
  Recorded scene;
  scene.ask({.target = "/a/7"});
  EXPECT_EQ(scene.take_call(), "f");
  scene.result("{}");
  scene.remove_trigger("t");
  scene.add_trigger("t", "f", R"({"api_path":"/a/:id"})");
  EXPECT_EQ(scene.metrics().at("routes").at(0).at("statuses").at("2xx"), 1);
}

TEST(HttpRecords, are_off_unless_asked_for) {
  HttpScene scene;
  scene.worker.start(scene.outputs);
  EXPECT_EQ(scene.outputs.messages.size(), 1U) << "no function";
  scene.request(1, {.target = "/none"});
  EXPECT_TRUE(scene.outputs.notes.empty());
}

}  // namespace
}  // namespace iii::workers::http_worker::test
