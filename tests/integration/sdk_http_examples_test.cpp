// The examples that stream HTTP, against a script that plays the engine's HTTP worker.
#include "process.hpp"
#include "scripted_engine.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

// One worker, from its start to its end.
class Example {
 public:
  explicit Example(const char* program)
      : worker_(start(engine.url(), program)), main_(engine.next()) {
    // The trigger is the last that a worker announces.
    do {
      trigger = main_.next_text();
    } while (trigger.find("registertrigger") == std::string::npos && !trigger.empty());
  }

  void request(std::string_view function_id, std::string_view members) {
    main_.send_text(
        R"({"type":"invokefunction","invocation_id":"2f3f7f0c-51f0-4f9a-a5a4-3f7b16f0c1de",)"
        R"("function_id":")" +
        std::string(function_id) + R"(","data":{)" + std::string(members) +
        R"("request_body":{"channel_id":"body","access_key":"k","direction":"read"},)"
        R"("response":{"channel_id":"answer","access_key":"k","direction":"write"}}})"
    );
  }
  std::string answer() { return main_.next_text(); }
  void end() {
    worker_.signal(SIGTERM);
    engine.run_until([this] { return main_.close_code() != 0; });
    main_.send_close(1000);
    EXPECT_EQ(worker_.wait().status, 0);
  }

  ScriptedEngine engine;
  std::string trigger;

 private:
  static std::vector<std::string> start(const std::string& url, const char* program) {
    setenv("III_URL", url.c_str(), 1);
    return {program};
  }

  Process worker_;
  ScriptedPeer& main_;
};

TEST(SdkHttpExamples, Item77_an_upload_goes_into_a_file) {
  Example example(III_HTTP_UPLOAD);
  EXPECT_NE(
      example.trigger.find(R"("config":{"api_path":"/uploads","http_method":"POST"})"),
      std::string::npos
  ) << example.trigger;
  example.request("uploads::store", "");
  ScriptedPeer& body = example.engine.next();
  for (int i = 0; i < 10; ++i) {
    body.send_binary(std::string(100'000, 'x'));
    example.engine.run_for_a_moment();
  }
  body.send_close(1000);
  EXPECT_NE(example.answer().find("1000000 bytes are in "), std::string::npos);
  example.end();
}

TEST(SdkHttpExamples, Item77_events_are_counted_down) {
  Example example(III_HTTP_EVENTS);
  EXPECT_NE(example.trigger.find(R"("api_path":"/countdown")"), std::string::npos);
  example.request("countdown::start", R"("query_params":{"from":"2"},)");
  ScriptedPeer& answer = example.engine.next();
  example.engine.run_until([&] { return answer.close_code() != 0; });
  answer.send_close(1000);
  EXPECT_EQ(
      answer.binaries(),
      (std::vector<std::string>{
          "event: count\ndata: 2\n\n",
          "event: count\ndata: 1\n\n",
          "data: lift-off\n\n",
      })
  );
  EXPECT_NE(example.answer().find(R"("result":null)"), std::string::npos);
  example.end();
}

}  // namespace
}  // namespace iii::test
