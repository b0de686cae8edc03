#include "workers/http/openapi.hpp"

#include "base/limits.hpp"
#include "workers/http/http_scene.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_worker::test {
namespace {

TEST(OpenapiPath, names_parameters_as_openapi_does) {
  for (const auto& [route, path] : {
           std::pair("/orders/:id/items", "/orders/{id}/items"),
           std::pair("orders", "/orders"),
           std::pair("/", "/"),
           std::pair("/x/{id}/v{n}", "/x/{id}/v{n}"),
           std::pair("/files/{*rest}", "/files/{rest}"),
           std::pair("/files/:*rest", "/files/{rest}"),
           std::pair("/a//:b/", "/a//{b}/"),
       }) {
    EXPECT_EQ(openapi_path(route), path) << route;
  }
}

Options with_openapi(std::string page = "") {
  Options options;
  options.openapi.emplace();
  options.openapi->page_path = std::move(page);
  return options;
}

class Described : public HttpScene {
 public:
  explicit Described(Options options = with_openapi()) : HttpScene(std::move(options)) {}

  // The document, which is made of the functions given.
  boost::json::value document(std::string functions) {
    request(1, {.target = "/openapi.json"});
    EXPECT_EQ(take_call(), "engine::functions::list");
    result(std::move(functions));
    return body_of(take_orders());
  }
  static boost::json::value body_of(const std::string& order) {
    constexpr std::string_view head = "1 200 content-type: application/json | ";
    EXPECT_TRUE(order.starts_with(head)) << order;
    return boost::json::parse(order.substr(head.size()));
  }
};

TEST(Openapi, describes_routes_with_what_is_known_of_their_functions) {
  Described scene;
  scene.add_trigger(
      "t",
      "notes::create",
      R"({"api_path":"/notes/:id","http_method":"POST","validate_request":true})"
  );
  const boost::json::value document = scene.document(R"({"functions":[
    {"function_id":"other","description":"x"},
    {"function_id":"notes::create","description":"Makes a note.","request_format":{
      "properties":{
        "body":{"$ref":"#/definitions/Note"},
        "path_params":{"properties":{"id":{"type":"string","minLength":1}}},
        "query_params":{"required":["dry"],"properties":{"dry":{"type":"string"}}},
        "headers":{"properties":{"x-key":{"type":"string"}}}},
      "definitions":{"Note":{"properties":{"next":{"$ref":"#/definitions/Note"}}}}},
     "response_format":{"properties":{"body":{"$ref":"#/$defs/Note"}},
      "$defs":{"Note":{"type":"string"}}}}]})");
  const boost::json::value expected = boost::json::parse(R"({
    "openapi":"3.1.0","info":{"title":"Functions","version":"1"},"tags":[{"name":"notes"}],
    "paths":{"/notes/{id}":{"post":{
      "operationId":"notes::create","tags":["notes"],"description":"Makes a note.",
      "parameters":[
        {"name":"id","in":"path","required":true,"schema":{"type":"string","minLength":1}},
        {"name":"dry","in":"query","required":true,"schema":{"type":"string"}},
        {"name":"x-key","in":"header","required":false,"schema":{"type":"string"}}],
      "requestBody":{"required":true,"content":{"application/json":{"schema":
        {"$ref":"#/components/schemas/notes__create.Note"}}}},
      "responses":{
        "200":{"description":"The function's answer.","content":{"application/json":{"schema":
          {"$ref":"#/components/schemas/notes__create.response.Note"}}}},
        "default":{"$ref":"#/components/responses/Error"}}}}},
    "components":{"schemas":{
      "notes__create.Note":{"properties":{"next":
        {"$ref":"#/components/schemas/notes__create.Note"}}},
      "notes__create.response.Note":{"type":"string"}}}})");
  boost::json::object found = document.as_object();
  EXPECT_TRUE(found["components"].as_object().erase("responses"));
  EXPECT_EQ(boost::json::value(found), expected) << boost::json::serialize(found);
}

TEST(Openapi, describes_routes_whose_functions_say_nothing) {
  Described scene;
  scene.add_trigger("a", "read", R"({"api_path":"/a"})");
  scene.add_trigger("b", "read", R"({"api_path":"/b/:x","http_method":"PUT"})");
  const boost::json::value document = scene.document(R"({"functions":[]})");
  EXPECT_EQ(document.at("paths").at("/a").at("get").at("operationId"), "read");
  const boost::json::value& put = document.at("paths").at("/b/{x}").at("put");
  EXPECT_EQ(put.at("operationId"), "read#2") << "each id is used once";
  EXPECT_FALSE(put.as_object().contains("tags"));
  EXPECT_FALSE(put.as_object().contains("requestBody"));
  EXPECT_EQ(put.at("parameters").as_array().size(), 1U);
}

TEST(Openapi, is_made_anew_when_routes_have_changed_or_it_is_old) {
  Described scene;
  (void)scene.document(R"({"functions":[]})");
  scene.request(1, {.target = "/openapi.json"});
  EXPECT_EQ(scene.take_call(), "nothing");
  EXPECT_TRUE(Described::body_of(scene.take_orders()).at("paths").as_object().empty());
  scene.add_trigger("a", "read", R"({"api_path":"/a"})");
  EXPECT_TRUE(scene.document(R"({"functions":[]})").at("paths").as_object().contains("/a"));
  scene.remove_trigger("a");
  EXPECT_TRUE(scene.document(R"({"functions":[]})").at("paths").as_object().empty());
  scene.advance(base::limits::http_function_facts_age_max);
  (void)scene.document(R"({"functions":[]})");
}

TEST(Openapi, asks_once_for_all_that_want_it) {
  Described scene;
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    scene.request(number, {.target = "/openapi.json"});
  }
  EXPECT_EQ(scene.take_call(), "engine::functions::list");
  EXPECT_EQ(scene.take_call(), "nothing");
  scene.worker.on_gone(HttpScene::id(2), scene.now, scene.outputs);
  scene.result(R"({"functions":[]})");
  const std::string told = scene.take_orders();
  EXPECT_TRUE(told.starts_with("1 200 ")) << told;
  EXPECT_NE(told.find("; 3 200 "), std::string::npos);
  EXPECT_EQ(told.find("; 2 "), std::string::npos);
  EXPECT_EQ(scene.worker.requests(), 0U);
}

TEST(Openapi, asks_again_for_the_next_when_the_first_has_gone) {
  Described scene;
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    scene.request(number, {.target = "/openapi.json"});
  }
  EXPECT_EQ(scene.take_call(), "engine::functions::list");
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  EXPECT_EQ(scene.take_call(), "engine::functions::list");
  scene.failure("broken", "because");
  EXPECT_TRUE(scene.take_orders().starts_with("2 500 "));
  EXPECT_EQ(scene.take_call(), "engine::functions::list");
  scene.result(R"({"functions":[]})");
  EXPECT_TRUE(scene.take_orders().starts_with("3 200 "));
}

TEST(Openapi, stays_whatever_a_trigger_is_called) {
  Described scene;
  for (const std::string_view id : {"\x7f/ /openapi.json", ""}) {
    scene.add_trigger(std::string(id), "own::document", R"({"api_path":"/openapi.json"})");
    scene.remove_trigger(std::string(id));
  }
  (void)scene.document(R"({"functions":[]})");
}

TEST(Openapi, gives_way_to_a_registered_route_of_its_path) {
  Described scene;
  scene.add_trigger("mine", "own::document", R"({"api_path":"/openapi.json"})");
  scene.request(1, {.target = "/openapi.json"});
  EXPECT_EQ(scene.take_call(), "own::document");
  scene.worker.on_gone(HttpScene::id(1), scene.now, scene.outputs);
  (void)scene.take_orders();
  scene.remove_trigger("mine");
  (void)scene.document(R"({"functions":[]})");
}

TEST(Openapi, runs_behind_the_global_middleware) {
  Options options = with_openapi();
  options.middleware = {"gate"};
  Described scene(std::move(options));
  scene.request(1, {.target = "/openapi.json"});
  EXPECT_EQ(scene.take_call(), "gate");
  scene.result(R"({"action":"respond","response":{"status_code":401,"body":{}}})");
  EXPECT_EQ(scene.take_orders(), "1 401 content-type: application/json | {}");
}

TEST(Openapi, has_a_page_without_other_hosts) {
  Described scene(with_openapi("/docs"));
  scene.request(1, {.target = "/docs"});
  EXPECT_EQ(scene.take_call(), "nothing");
  const std::string page = scene.take_orders();
  EXPECT_TRUE(page.starts_with("1 200 content-type: text/html; charset=utf-8 content-security-"));
  EXPECT_NE(page.find("const source = \"/openapi.json\";"), std::string::npos);
  EXPECT_EQ(page.find("http:"), std::string::npos);
  EXPECT_EQ(page.find("https:"), std::string::npos);
}

TEST(Openapi, page_ends_its_script_where_it_should) {
  EXPECT_EQ(openapi_page("</script>").find("</script>;"), std::string::npos);
}

TEST(Openapi, is_off_unless_asked_for) {
  HttpScene scene;
  scene.request(1, {.target = "/openapi.json"});
  EXPECT_TRUE(scene.take_orders().starts_with("1 404"));
}

}  // namespace
}  // namespace iii::workers::http_worker::test
