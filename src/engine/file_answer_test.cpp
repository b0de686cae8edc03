#include "engine/file_answer.hpp"

#include "base/byte_buffer.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/static_folder.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/server_connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace iii::engine {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace limits = base::limits;

class NoRequests final : public http::RequestSink {
 public:
  void on_request(const http::Request&) override {}
  void on_body(std::string_view) override {}
  void on_body_end() override {}
  http::RefusalText on_refused(const http::Refusal&) override { return {}; }
  void on_request_failed() override {}
};

// A connection that owes the answer to one request, and a file of so many bytes.
class FileAnswerTest : public testing::Test {
 protected:
  FileAnswerTest() {
    fs::create_directories(folder);
    NoRequests sink;
    (void)connection.on_bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n", now, sink, outbox);
  }
  ~FileAnswerTest() override { fs::remove_all(folder); }

  void start(std::size_t bytes, std::size_t bytes_promised) {
    std::ofstream(folder / "f") << std::string(bytes, 'x');
    const auto opened = StaticFolder::open(folder);
    ASSERT_TRUE(opened);
    answer.set_file(opened->open_file("f"));
    connection.start_response({200, ""}, outbox, bytes_promised);
    outbox.clear();
    answer.start(0, bytes_promised);
    send();
  }
  void send() { answer.send(connection, outbox, now); }

  fs::path folder = fs::path(testing::TempDir()) / "iii_file_answer";
  base::MonotonicTime now{1000s};
  http::ServerContext context{
      .limits =
          {.head = {.bytes_max = 1024, .headers_max = 8},
           .discarded_bytes_max = 16,
           .head_timeout = 10s,
           .body_timeout = 10s,
           .idle_timeout = 10s,
           .write_timeout = 10s},
      .headers = {},
      .date = "D"
  };
  http::ServerConnection connection{context, now};
  base::ByteBuffer outbox;
  FileAnswer answer;
};

TEST_F(FileAnswerTest, ends_after_the_last_byte) {
  start(5, 5);
  EXPECT_EQ(outbox.view(), "xxxxx");
  EXPECT_FALSE(answer.is_sending());
  EXPECT_TRUE(connection.is_idle());
}

TEST_F(FileAnswerTest, goes_at_the_pace_of_its_client) {
  constexpr std::size_t bytes = 2 * limits::http_file_ahead_bytes + 1;
  start(bytes, bytes);
  EXPECT_EQ(outbox.size(), limits::http_file_ahead_bytes);
  send();
  EXPECT_EQ(outbox.size(), limits::http_file_ahead_bytes) << "nothing has left";
  std::size_t sent = 0;
  while (answer.is_sending()) {
    sent += outbox.size();
    outbox.clear();
    send();
  }
  EXPECT_EQ(sent + outbox.size(), bytes);
}

TEST_F(FileAnswerTest, breaks_when_the_file_has_become_shorter) {
  start(5, 6);
  EXPECT_EQ(outbox.view(), "xxxxx");
  EXPECT_FALSE(answer.is_sending());
  EXPECT_TRUE(connection.is_closing());
  EXPECT_TRUE(connection.ends_abruptly());
}

TEST_F(FileAnswerTest, breaks_without_a_file) {
  answer.set_file({});
  connection.start_response({200, ""}, outbox, 1);
  answer.start(0, 1);
  send();
  EXPECT_TRUE(connection.ends_abruptly());
}

}  // namespace
}  // namespace iii::engine
