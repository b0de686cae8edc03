// Functions behind URLs as their users see them: iiid, workers, and the host that is called.
#include "http_engine.hpp"
#include "net/scripted_host.hpp"
#include "process.hpp"
#include "websocket/frame.hpp"
#include "worker_client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

using net::test::response;
using net::test::ScriptedHost;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view open_rules =
    "    config: {security: {block_private_ips: false, require_https: false}}\n";

// `config`: of the worker; without it there is none.
std::string config_file(std::string_view config) {
  const std::string path = testing::TempDir() + "/http_functions_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
  std::ofstream file(path);
  file << "workers:\n  - name: iii-worker-manager\n    config: {port: 0}\n";
  if (!config.empty()) {
    file << "  - name: iii-http-functions\n" << config;
  }
  return path;
}

class FunctionsEngine {
 public:
  explicit FunctionsEngine(std::string_view config) {
    engine_ = std::make_unique<Process>(
        std::vector<std::string>{III_IIID, "--config", config_file(config), "--log-format", "json"}
    );
    port = static_cast<std::uint16_t>(next_line("listening").at("port").as_int64());
  }
  ~FunctionsEngine() {
    if (engine_) {
      stop();
    }
  }
  FunctionsEngine(const FunctionsEngine&) = delete;
  FunctionsEngine& operator=(const FunctionsEngine&) = delete;

  // The fields of the next log line about the event.
  boost::json::value next_line(std::string_view event) {
    for (;;) {
      const boost::json::value line = boost::json::parse(engine_->next_error_line());
      if (line.at("event") == boost::json::value(event)) {
        return line.at("fields");
      }
    }
  }
  void begin_stop() { engine_->signal(SIGTERM); }
  void end_stop() {
    engine_->close_errors();
    EXPECT_EQ(engine_->wait().status, 0);
    engine_.reset();
  }
  void stop() {
    begin_stop();
    end_stop();
  }

  std::uint16_t port = 0;

 private:
  std::unique_ptr<Process> engine_;
};

std::string registration(std::string_view id, const std::string& url, std::string_view more = "") {
  return R"({"type":"registerfunction","id":")" + std::string(id) + R"(","invocation":{"url":")" +
         url + "\"" + std::string(more) + "}}";
}

TEST(HttpFunctions, are_called_over_one_connection_until_their_owner_leaves) {
  const ScriptedHost host;
  const FunctionsEngine engine(open_rules);
  WorkerClient owner(engine.port);
  WorkerClient caller(engine.port);
  owner.send(registration("h::f", host.url("/hook")));
  owner.settle();
  const std::string first = caller.start_call("h::f", R"({"a":1})");
  auto connection = host.accept();
  EXPECT_THAT(
      connection.read_request(),
      AllOf(
          StartsWith("POST /hook HTTP/1.1\r\n"),
          HasSubstr("\r\nx-iii-function-path: h::f\r\n"),
          testing::EndsWith(
              "\r\n\r\n{\"_caller_worker_id\":\"" + caller.worker_id() + R"(","a":1})"
          )
      )
  );
  connection.write(response(R"({"ok":true})"));
  EXPECT_EQ(caller.answer_to(first).at("result"), boost::json::parse(R"({"ok":true})"));

  const std::string second = caller.start_call("h::f");
  connection.read_request();
  connection.write(response("7"));
  EXPECT_EQ(caller.answer_to(second).at("result"), 7);
  EXPECT_FALSE(host.has_client());

  owner.socket().send_close(websocket::CloseCode::normal);
  (void)owner.ending();
  EXPECT_EQ(error_code(caller.call("h::f")), "function_not_found");
}

TEST(HttpFunctions, send_the_trace_of_their_call) {
  const ScriptedHost host;
  const FunctionsEngine engine(open_rules);
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", host.url()));
  worker.send(R"({"type":"invokefunction","function_id":"h::f","data":{},"action":{"type":"void"},)"
              R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})");
  EXPECT_THAT(
      host.accept().read_request(),
      AllOf(
          HasSubstr("\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"),
          HasSubstr("\r\nbaggage: iii.function.id=h::f\r\n")
      )
  );
}

TEST(HttpFunctions, are_refused_with_a_line_that_names_the_reason) {
  const ScriptedHost host;
  FunctionsEngine engine("    config: {security: {require_https: false}}\n");
  WorkerClient worker(engine.port);
  const std::string port = std::to_string(host.port());
  for (const std::string name : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]"}) {
    worker.send(registration("h::f", "http://" + name + ":" + port));
    const boost::json::value line = engine.next_line("function_refused");
    EXPECT_EQ(line.at("reason"), "url_validation_failed: Private IP blocked") << name;
    EXPECT_EQ(error_code(worker.call("h::f")), "function_not_found");
  }
  worker.send(
      registration("h::f", "https://a.example", R"(,"auth":{"type":"bearer","token_key":"NONE"})")
  );
  EXPECT_EQ(
      engine.next_line("function_refused").at("reason"),
      "token_not_found: the environment variable NONE is not set"
  );
  EXPECT_FALSE(host.has_client());
}

// Its address is found when the engine connects, and not a moment before.
TEST(HttpFunctions, reach_no_private_address_by_a_name) {
  const ScriptedHost host;
  const FunctionsEngine engine("    config: {security: {require_https: false}}\n");
  WorkerClient worker(engine.port);
  std::array<char, 256> name{};
  ASSERT_EQ(::gethostname(name.data(), name.size() - 1), 0);
  worker.send(
      registration("h::f", std::string("http://") + name.data() + ":" + std::to_string(host.port()))
  );
  EXPECT_EQ(error_code(worker.call("h::f")), "url_validation_failed");
  EXPECT_FALSE(host.has_client());
}

TEST(HttpFunctions, are_not_there_without_their_worker) {
  FunctionsEngine engine("");
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", "https://a.example"));
  EXPECT_THAT(
      std::string(engine.next_line("function_refused").at("reason").as_string()),
      HasSubstr("list iii-http-functions in its configuration")
  );
  EXPECT_EQ(error_code(worker.call("h::f")), "function_not_found");
}

TEST(HttpFunctions, end_the_engine_with_the_reason_where_libcurl_is_not_to_be_had) {
  const std::filesystem::path folder = testing::TempDir() + "/no_libcurl";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "libcurl.so.4") << "no library";
  Process engine(
      {"/usr/bin/env", "LD_LIBRARY_PATH=" + folder.string(), III_IIID, "--config", config_file("")}
  );
  engine.next_error_line();  // those who have no such functions do not notice
  engine.signal(SIGTERM);
  EXPECT_EQ(engine.wait().status, 0);
  Process refused(
      {"/usr/bin/env",
       "LD_LIBRARY_PATH=" + folder.string(),
       III_IIID,
       "--config",
       config_file(open_rules)}
  );
  const Process::Ending ending = refused.wait();
  EXPECT_EQ(ending.status, 1);
  EXPECT_THAT(
      ending.errors,
      HasSubstr("iii-http-functions needs libcurl (package libcurl4): " + folder.string())
  );
}

TEST(HttpFunctions, take_no_proxy_from_the_environment) {
  const ScriptedHost host;
  const ScriptedHost proxy;
  setenv("http_proxy", proxy.url().c_str(), 1);
  const FunctionsEngine engine(open_rules);
  unsetenv("http_proxy");
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", host.url()));
  const std::string call = worker.start_call("h::f");
  auto connection = host.accept();
  connection.read_request();
  connection.write(response("1"));
  EXPECT_EQ(worker.answer_to(call).at("result"), 1);
  EXPECT_FALSE(proxy.has_client());
}

TEST(HttpFunctions, fail_in_time_and_others_do_not_notice) {
  const ScriptedHost slow;
  const FunctionsEngine engine(open_rules);
  WorkerClient worker(engine.port);
  worker.send(registration("h::slow", slow.url(), R"(,"timeout_ms":100)"));
  worker.serve("h::quick");
  const std::string call = worker.start_call("h::slow");
  auto connection = slow.accept();
  connection.read_request();
  const std::string quick = worker.start_call("h::quick");
  worker.answer(worker.next_call(), "1");
  EXPECT_EQ(worker.answer_to(quick).at("result"), 1);
  const boost::json::value answer = worker.answer_to(call);
  EXPECT_EQ(error_code(answer), "http_request_failed");
  EXPECT_THAT(
      std::string(answer.at("error").at("message").as_string()), HasSubstr("operation timed out")
  );
}

TEST(HttpFunctions, are_tried_again_if_they_ask_for_it) {
  const ScriptedHost host;
  const FunctionsEngine engine(open_rules);
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", host.url(), R"(,"retries":1)"));
  const std::string call = worker.start_call("h::f");
  auto connection = host.accept();
  connection.read_request();
  connection.write(response("", "503 Service Unavailable"));
  connection.read_request();
  connection.write(response("1"));
  EXPECT_EQ(worker.answer_to(call).at("result"), 1);
}

TEST(HttpFunctions, end_their_requests_before_the_engine_stops) {
  const ScriptedHost host;
  FunctionsEngine engine(open_rules);
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", host.url()));
  worker.send(R"({"type":"invokefunction","function_id":"h::f","data":{},"action":{"type":"void"}})"
  );
  auto connection = host.accept();
  connection.read_request();
  const std::string call = worker.start_call("h::f");
  auto other = host.accept();
  other.read_request();
  engine.begin_stop();
  (void)engine.next_line("stopping");
  other.write(response("1"));
  EXPECT_EQ(worker.answer_to(call).at("result"), 1);
  worker.socket().close();
  connection.write(response("2"));  // nobody waits for it but the engine
  engine.end_stop();
}

TEST(HttpFunctions, that_hang_do_not_hold_up_the_end_of_the_engine) {
  const ScriptedHost host;
  FunctionsEngine engine(open_rules);
  WorkerClient worker(engine.port);
  worker.send(registration("h::f", host.url()));
  const std::string call = worker.start_call("h::f");
  auto connection = host.accept();
  connection.read_request();
  engine.begin_stop();
  (void)engine.next_line("stopping");
  engine.begin_stop();  // once more: at once
  EXPECT_EQ(error_code(worker.answer_to(call)), "invocation_stopped");
  EXPECT_TRUE(connection.has_ended());
  worker.socket().close();
  engine.end_stop();
}

TEST(HttpFunctionsExample, a_signed_webhook_is_believed_and_another_is_not) {
  setenv("WEBHOOK_SECRET", "s3cr3t", 1);
  const HttpEngine engine("  - name: iii-http-functions\n" + std::string(open_rules));
  Process example(
      {III_WEBHOOK_OUT, "http://127.0.0.1:" + std::to_string(engine.http_port), "s3cr3t"}
  );
  const Process::Ending ending = example.wait();
  EXPECT_EQ(ending.status, 0) << ending.errors;
  EXPECT_THAT(ending.output, StartsWith("{\"received\":4711}\n"));
  EXPECT_THAT(ending.output, HasSubstr("bad_signature"));
}

}  // namespace
}  // namespace iii::test
