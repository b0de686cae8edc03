// Channel ends against an engine that says what the test wants: the frames, and what a real engine
// does not do.
#include "scripted_engine.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/error.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

StreamChannelRef ref(ChannelDirection direction, std::string access_key = "k") {
  return {.channel_id = "c1", .access_key = std::move(access_key), .direction = direction};
}

// A client whose own connection stands and says nothing more.
class SdkChannelsWire : public testing::Test {
 protected:
  explicit SdkChannelsWire(const std::string& path = "", InitOptions options = {})
      : client(register_worker(engine.url() + path, prepare(std::move(options)))) {
    main = &engine.next();
  }

  static InitOptions prepare(InitOptions options) {
    options.shutdown_timeout = 200ms;
    options.log = [](LogLevel, const std::string&) {};
    return options;
  }

  // Runs the engine until what the program does on another thread has ended.
  template <class T>
  T run(std::future<T> future) {
    engine.run_until([&] { return future.wait_for(0ms) == std::future_status::ready; });
    return future.get();
  }
  template <class Operation>
  auto run_beside(Operation operation) {
    return run(std::async(std::launch::async, std::move(operation)));
  }

  ScriptedEngine engine;
  Client client;
  ScriptedPeer* main = nullptr;
};

class SdkChannelsWireUrl : public SdkChannelsWire {
 protected:
  SdkChannelsWireUrl()
      : SdkChannelsWire("/base//?token=a%20b", {.headers = {{"Authorization", "Bearer t"}}}) {}
};

TEST_F(SdkChannelsWireUrl, Item68_names_channel_key_and_direction) {
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::read, "a b/ü~"));
  ChannelReader reader = client.open_reader(ref(ChannelDirection::write, "k"));
  writer.write("x", [](const Status&) {});
  const std::string write_request = engine.next().request();
  EXPECT_TRUE(write_request.starts_with(
      "GET /base/ws/channels/c1?key=a%20b%2F%C3%BC~&dir=write&token=a%20b HTTP/1.1\r\n"
  )) << write_request;
  EXPECT_NE(write_request.find("\r\nAuthorization: Bearer t\r\n"), std::string::npos);
  reader.next([](const auto&) {});
  EXPECT_TRUE(engine.next().request().starts_with(
      "GET /base/ws/channels/c1?key=k&dir=read&token=a%20b HTTP/1.1\r\n"
  ));
}

TEST_F(SdkChannelsWire, Item69_opens_no_socket_before_the_first_use) {
  auto creating = std::async(std::launch::async, [this] { return client.create_channel(7); });
  std::string request;
  do {
    request = main->next_text();
  } while (request.find("engine::channels::create") == std::string::npos);
  EXPECT_NE(request.find(R"("data":{"buffer_size":7})"), std::string::npos) << request;
  const std::string id_member = "\"invocation_id\":\"";
  const std::string id = request.substr(request.find(id_member) + id_member.size(), 36);
  main->send_text(
      R"({"type":"invocationresult","invocation_id":")" + id +
      R"(","function_id":"engine::channels::create","result":)"
      R"({"writer":{"channel_id":"c1","access_key":"k","direction":"write"},)"
      R"("reader":{"channel_id":"c1","access_key":"k","direction":"read"}}})"
  );
  Channel channel = run(std::move(creating));
  {
    ChannelReader reader = client.open_reader(channel.reader_ref);
    reader.on_message([](const std::string&) {});
    const ChannelWriter writer = client.open_writer(channel.writer_ref);
  }
  engine.run_for_a_moment();
  EXPECT_EQ(engine.accepted(), 1U);
  channel.writer.write("", [](const Status&) {});
  static_cast<void>(engine.next());
  channel.reader.next([](const auto&) {});
  static_cast<void>(engine.next());
}

TEST_F(SdkChannelsWire, a_malformed_answer_to_create_is_a_serde_error) {
  auto creating = std::async(std::launch::async, [this] { return client.try_create_channel(); });
  std::string request;
  do {
    request = main->next_text();
  } while (request.find("engine::channels::create") == std::string::npos);
  EXPECT_NE(request.find(R"("data":{"buffer_size":null})"), std::string::npos) << request;
  const std::string id_member = "\"invocation_id\":\"";
  const std::string id = request.substr(request.find(id_member) + id_member.size(), 36);
  main->send_text(
      R"({"type":"invocationresult","invocation_id":")" + id +
      R"(","function_id":"engine::channels::create","result":{"writer":{}}})"
  );
  const auto created = run(std::move(creating));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().kind(), ErrorKind::serde);
}

TEST_F(SdkChannelsWire, Item70_sends_bytes_in_frames_of_at_most_64_kib) {
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::write));
  std::string bytes;
  for (std::size_t i = 0; i < 200'000; ++i) {
    bytes.push_back(static_cast<char>(i % 251));
  }
  run_beside([&] { writer.write(bytes); });
  ScriptedPeer& peer = engine.next();
  std::string received;
  engine.run_until([&] {
    received.clear();
    for (const std::string& frame : peer.binaries()) {
      received += frame;
    }
    return received.size() >= bytes.size();
  });
  EXPECT_TRUE(received == bytes);
  EXPECT_EQ(peer.binaries().size(), 4U);
  for (const std::string& frame : peer.binaries()) {
    EXPECT_LE(frame.size(), 65536U);
  }
}

TEST_F(SdkChannelsWire, Item71_sends_texts_and_bytes_in_order) {
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::write));
  run_beside([&] {
    writer.send_message("a");
    writer.write("b");
    writer.send_message("c");
    writer.write("");
    writer.send_message("");
  });
  ScriptedPeer& peer = engine.next();
  engine.run_until([&] { return peer.messages().size() == 4; });
  EXPECT_EQ(peer.messages(), (std::vector<std::string>{"text a", "binary b", "text c", "text "}));
}

TEST_F(SdkChannelsWire, Item72_close_waits_for_the_engine) {
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::write));
  auto closing = std::async(std::launch::async, [&] {
    writer.write("all");
    return writer.try_close();
  });
  ScriptedPeer& peer = engine.next();
  engine.run_until([&] { return peer.close_code() != 0; });
  EXPECT_EQ(peer.close_code(), 1000);
  EXPECT_EQ(peer.binaries(), std::vector<std::string>{"all"});
  engine.run_for_a_moment();
  EXPECT_EQ(closing.wait_for(0ms), std::future_status::timeout);
  peer.send_close(1000);
  EXPECT_TRUE(run(std::move(closing)));
}

TEST_F(SdkChannelsWire, Item72_close_tells_that_the_engine_went_away) {
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::write));
  auto closing = std::async(std::launch::async, [&] { return writer.try_close(); });
  ScriptedPeer& peer = engine.next();
  engine.run_until([&] { return peer.close_code() != 0; });
  peer.drop();
  const Status closed = run(std::move(closing));
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().kind(), ErrorKind::websocket);
}

TEST_F(SdkChannelsWire, Item72_only_a_close_frame_is_the_end_of_the_stream) {
  for (const bool is_clean : {true, false}) {
    ChannelReader reader = client.open_reader(ref(ChannelDirection::read));
    auto reading = std::async(std::launch::async, [&] { return reader.try_read_all(); });
    ScriptedPeer& peer = engine.next();
    peer.send_binary("part");
    if (is_clean) {
      peer.send_close(1000);
    } else {
      peer.drop();
    }
    const auto all = run(std::move(reading));
    ASSERT_EQ(all.has_value(), is_clean);
    if (!is_clean) {
      EXPECT_EQ(all.error().kind(), ErrorKind::websocket);
      EXPECT_NE(all.error().message().find("the connection broke"), std::string::npos);
    }
  }
}

TEST_F(SdkChannelsWire, Item73_a_404_is_a_websocket_error) {
  engine.set_options(
      {.upgrades = false,
       .response = "HTTP/1.1 404 Not Found\r\nContent-Length: 17\r\n\r\nChannel not found"}
  );
  ChannelReader reader = client.open_reader(ref(ChannelDirection::read));
  ChannelWriter writer = client.open_writer(ref(ChannelDirection::write));
  const auto read = run_beside([&] { return reader.try_next_binary(); });
  const auto written = run_beside([&] { return writer.try_write("x"); });
  ASSERT_FALSE(read);
  ASSERT_FALSE(written);
  EXPECT_STREQ(
      read.error().what(),
      "websocket error: reader of channel c1: the engine knows no such channel (HTTP 404)"
  );
  EXPECT_EQ(written.error().kind(), ErrorKind::websocket);
}

TEST_F(SdkChannelsWire, Item74_a_writer_keeps_no_more_than_its_buffer) {
  ChannelWriter writer =
      client.open_writer(ref(ChannelDirection::write), {.buffer_bytes_max = 100'000});
  constexpr std::size_t total = std::size_t{64} * 1024 * 1024;
  const std::string piece(64 * 1024, 'x');
  std::atomic<std::size_t> written = 0;
  writer.write("", [](const Status&) {});
  const ScriptedPeer& peer = engine.next();
  // From here on the engine reads nothing.
  auto writing = std::async(std::launch::async, [&] {
    while (written < total) {
      writer.write(piece);
      written += piece.size();
    }
  });
  EXPECT_EQ(writing.wait_for(300ms), std::future_status::timeout);
  // The writer's buffer, limits::socket_unsent_bytes, and what the system holds for who reads.
  EXPECT_LT(written, total / 32);
  run(std::move(writing));
  engine.run_until([&] { return peer.binaries().size() == total / piece.size(); });
}

TEST_F(SdkChannelsWire, Item74_a_reader_takes_no_more_than_its_buffer) {
  ChannelReader reader =
      client.open_reader(ref(ChannelDirection::read), {.buffer_bytes_max = 100'000});
  std::promise<Result<std::optional<ChannelMessage>>> first;
  reader.next([&](auto message) { first.set_value(std::move(message)); });
  ScriptedPeer& peer = engine.next();
  constexpr int count = 512;
  const std::string piece(128 * 1024, 'x');
  std::atomic<int> sent = 0;
  auto sending = std::async(std::launch::async, [&] {
    for (; sent < count; ++sent) {
      peer.send_binary(piece);  // blocks
    }
  });
  EXPECT_EQ(sending.wait_for(300ms), std::future_status::timeout);
  EXPECT_LT(sent, count / 4);
  EXPECT_EQ(first.get_future().get().value()->data.size(), piece.size());
  for (int received = 1; received < count; ++received) {
    ASSERT_EQ(reader.next_binary().value().size(), piece.size());
  }
  sending.get();
}

TEST_F(SdkChannelsWire, a_reader_says_goodbye_and_does_not_wait) {
  ChannelReader reader = client.open_reader(ref(ChannelDirection::read));
  auto reading = std::async(std::launch::async, [&] { return reader.try_next(); });
  ScriptedPeer& peer = engine.next();
  peer.send_text("first");
  EXPECT_TRUE(run(std::move(reading)));
  reader.close();
  engine.run_until([&] { return peer.has_ended(); });
  EXPECT_EQ(peer.close_code(), 1000);
}

TEST_F(SdkChannelsWire, a_shutdown_ends_a_connection_attempt) {
  engine.set_options({.upgrades = false});
  ChannelReader reader = client.open_reader(ref(ChannelDirection::read));
  auto reading = std::async(std::launch::async, [&] { return reader.try_next(); });
  static_cast<void>(engine.next());
  auto ending = std::async(std::launch::async, [&] { client.shutdown(); });
  const auto read = run(std::move(reading));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind(), ErrorKind::not_connected);
  run(std::move(ending));
}

}  // namespace
}  // namespace iii::test
