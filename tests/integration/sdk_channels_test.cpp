// Channels between clients and a real engine over real sockets: one in the same process, or the one
// that III_TEST_URL names.
#include "embedding.hpp"
#include "sdk_clients.hpp"
#include "test_engine.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <future>
#include <ios>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

// Bytes of which no two pieces are alike.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t value = 1;
  for (char& byte : bytes) {
    value = value * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>(value >> 56U);
  }
  return bytes;
}

class SdkChannels : public testing::Test {
 protected:
  TestEngine engine;
  Client client = register_worker(engine.url(), silent());
  Client other = register_worker(engine.url(), silent());
};

TEST_F(SdkChannels, carries_ten_megabytes_both_ways) {
  const std::string bytes = pattern(10 * 1024 * 1024);
  // The other worker sends back what it gets, through a second channel.
  other.register_function("copy", [this](const Json& in) {
    ChannelReader reader = other.open_reader(from_json<StreamChannelRef>(in.at("from")).value());
    ChannelWriter writer = other.open_writer(from_json<StreamChannelRef>(in.at("to")).value());
    std::size_t count = 0;
    while (const auto piece = reader.next_binary()) {
      count += piece->size();
      writer.write(*piece);
    }
    writer.close();
    return Json(count);
  });
  Channel there = client.create_channel();
  Channel back = client.create_channel(1024);
  EXPECT_EQ(there.writer_ref.direction, ChannelDirection::write);
  EXPECT_EQ(there.reader_ref.direction, ChannelDirection::read);
  other.register_function("there", [](const Json& in) { return in; });
  ASSERT_TRUE(call_when_there(client, {.function_id = "there"}));
  auto count = client.trigger_future({
      .function_id = "copy",
      .payload = {{"from", to_json(there.reader_ref)}, {"to", to_json(back.writer_ref)}},
  });
  auto received = std::async(std::launch::async, [&] { return back.reader.read_all(); });
  there.writer.write(bytes);
  there.writer.close();
  EXPECT_TRUE(received.get() == bytes);
  EXPECT_EQ(count.get(), bytes.size());
  EXPECT_EQ(back.reader.next(), std::nullopt) << "the end stays the end";
}

TEST_F(SdkChannels, Item71_keeps_texts_and_bytes_in_order) {
  Channel channel = client.create_channel();
  channel.writer.send_message("one");
  channel.writer.write("two");
  channel.writer.send_message("three");
  channel.writer.write("four");
  channel.writer.close();
  std::vector<ChannelMessage> messages;
  while (auto message = channel.reader.next()) {
    messages.push_back(*std::move(message));
  }
  EXPECT_EQ(
      messages,
      (std::vector<ChannelMessage>{
          {.is_text = true, .data = "one"},
          {.data = "two"},
          {.is_text = true, .data = "three"},
          {.data = "four"},
      })
  );
}

TEST_F(SdkChannels, Item71_callbacks_get_the_texts_in_order) {
  Channel channel = client.create_channel();
  std::string seen;
  channel.reader.on_message([&](const std::string& text) { seen += "1" + text + " "; });
  channel.reader.on_message([&](const std::string& text) { seen += "2" + text + " "; });
  channel.writer.send_message("a");
  channel.writer.write("x");
  channel.writer.send_message("b");
  channel.writer.write("y");
  channel.writer.send_message("c");
  channel.writer.close();
  EXPECT_EQ(channel.reader.next_binary(), "x");
  EXPECT_EQ(seen, "1a 2a ");
  EXPECT_EQ(channel.reader.read_all(), "y");
  EXPECT_EQ(seen, "1a 2a 1b 2b 1c 2c ");
}

TEST_F(SdkChannels, Item72_the_close_of_the_writer_is_the_end_of_the_reader) {
  Channel channel = client.create_channel();
  channel.writer.write("all");
  channel.writer.close();
  channel.writer.close();
  EXPECT_EQ(channel.reader.read_all(), "all");
  EXPECT_EQ(channel.reader.next_binary(), std::nullopt);
  for (const Status& status : {
           channel.writer.try_write("more"),
           channel.writer.try_send_message("more"),
           channel.writer.try_flush(),
       }) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind(), ErrorKind::websocket);
    EXPECT_NE(status.error().message().find("has been closed"), std::string::npos);
  }
}

TEST_F(SdkChannels, Item72_the_reader_learns_of_an_empty_stream) {
  Channel channel = client.create_channel();
  channel.writer.close();
  EXPECT_EQ(channel.reader.read_all(), "");
}

TEST_F(SdkChannels, Item72_dropping_the_writer_ends_the_stream) {
  Channel channel = client.create_channel();
  {
    ChannelWriter writer = client.open_writer(channel.writer_ref);
    const ChannelWriter copy = writer;
    writer.write("last");
  }
  EXPECT_EQ(channel.reader.read_all(), "last");
}

TEST_F(SdkChannels, Item73_an_unknown_channel_is_an_error) {
  const Channel channel = client.create_channel();
  StreamChannelRef wrong = channel.reader_ref;
  wrong.access_key = "00000000-0000-4000-8000-000000000000";
  const auto message = client.open_reader(wrong).try_next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind(), ErrorKind::websocket);
  EXPECT_EQ(
      message.error().message(),
      "reader of channel " + wrong.channel_id + ": the engine knows no such channel (HTTP 404)"
  );
  ChannelWriter writer = client.open_writer(wrong);
  EXPECT_FALSE(writer.try_write("x"));
  EXPECT_FALSE(writer.try_write("x"));
  EXPECT_FALSE(writer.try_close());
  EXPECT_THROW(
      static_cast<void>(client.open_reader({.channel_id = "a b\r\n", .access_key = "k"})), Error
  );
}

TEST_F(SdkChannels, each_end_opens_once) {
  Channel channel = client.create_channel();
  channel.writer.write("mine");
  channel.writer.flush();
  ChannelWriter second = client.open_writer(channel.writer_ref);
  ASSERT_TRUE(becomes([&] { return !second.try_write("yours"); }));
  channel.writer.close();
  EXPECT_EQ(channel.reader.read_all(), "mine");
}

TEST_F(SdkChannels, Item74_a_reader_that_does_not_read_stops_its_writer) {
  Channel channel = client.create_channel();
  ASSERT_TRUE(channel.writer.try_write("begin"));
  EXPECT_EQ(channel.reader.next_binary(), "begin");
  // The system lets each of two receiving sockets grow to some 32 MiB.
  constexpr std::size_t total = std::size_t{256} * 1024 * 1024;
  const std::string piece = pattern(128 * 1024);
  std::atomic<std::size_t> written = 0;
  auto writing = std::async(std::launch::async, [&] {
    while (written < total) {
      channel.writer.write(piece);
      written += piece.size();
    }
    channel.writer.close();
  });
  EXPECT_EQ(writing.wait_for(500ms), std::future_status::timeout);
  // Our buffers, the engine's, and four of the system, two of which iiid keeps small.
  EXPECT_LT(written, total / 2);
  std::size_t read = 0;
  while (const auto bytes = channel.reader.next_binary()) {
    read += bytes->size();
  }
  writing.get();
  EXPECT_EQ(read, total);
}

TEST_F(SdkChannels, is_awaited_in_coroutines) {
  struct Local {
    static Task<std::string> run(Client client) {
      Channel channel = co_await client.create_channel_async(8);
      std::string text;
      channel.reader.on_message([&text](const std::string& message) { text = message; });
      co_await channel.writer.send_message_async("text");
      for (int i = 0; i < 100; ++i) {
        co_await channel.writer.write_async("piece");
      }
      co_await channel.writer.flush_async();
      int left = 3;
      co_await channel.writer.write_from_async([&left]() -> std::optional<std::string> {
        return left-- > 0 ? std::optional("more") : std::nullopt;
      });
      const auto first = co_await channel.reader.next_async();
      co_await channel.writer.close_async();
      const std::string all = co_await channel.reader.read_all_async();
      co_return first->data + " " + text + " " + std::to_string(all.size());
    }
  };
  EXPECT_EQ(wait(Local::run(client)), "text  512");
}

TEST_F(SdkChannels, awaits_that_cannot_succeed_throw) {
  struct Local {
    static Task<std::string> run(Client client) {
      std::string errors;
      ChannelWriter writer = client.open_writer({.channel_id = "none", .access_key = "k"});
      try {
        co_await writer.send_message_async("\xff");
      } catch (const Error& error) {
        errors += to_string(error.kind());
      }
      try {
        co_await writer.write_async("x");
      } catch (const Error& error) {
        errors += " " + std::string(to_string(error.kind()));
      }
      ChannelReader reader = client.open_reader({.channel_id = "none", .access_key = "k"});
      reader.close();
      try {
        co_await reader.next_async();
      } catch (const Error& error) {
        errors += " " + std::string(to_string(error.kind()));
      }
      co_return errors;
    }
  };
  EXPECT_EQ(wait(Local::run(client)), "serde websocket websocket");
}

TEST_F(SdkChannels, calls_back) {
  Parcel<Result<Channel>> created;
  client.create_channel(std::nullopt, [&](Result<Channel> channel) {
    created.give(std::move(channel));
  });
  Channel channel = created.take().value();
  Parcel<Status> written;
  Parcel<Status> sent;
  Parcel<Status> refused;
  Parcel<Result<std::optional<ChannelMessage>>> first;
  channel.reader.next([&](auto message) { first.give(std::move(message)); });
  channel.writer.write("bytes", [&](const Status& status) { written.give(status); });
  channel.writer.send_message("text", [&](const Status& status) { sent.give(status); });
  channel.writer.send_message("\xff", [&](const Status& status) { refused.give(status); });
  EXPECT_TRUE(written.take());
  EXPECT_TRUE(sent.take());
  EXPECT_FALSE(refused.take());
  EXPECT_EQ(first.take().value(), (ChannelMessage{.data = "bytes"}));
  EXPECT_EQ(channel.reader.next(), (ChannelMessage{.is_text = true, .data = "text"}));
}

TEST_F(SdkChannels, streams_files_and_streams) {
  const std::string path = testing::TempDir() + "sdk_channels_test.bin";
  const std::string bytes = pattern(300'000);
  std::ofstream(path, std::ios::binary) << bytes;
  Channel channel = client.create_channel();
  std::istringstream text("and a stream");
  channel.writer.write_file(path);
  channel.writer.write_from(text);
  int left = 2;
  channel.writer.write_from([&left]() -> std::optional<std::string> {
    return left-- > 0 ? std::optional("!") : std::nullopt;
  });
  EXPECT_THROW(channel.writer.write_file(path + ".none"), std::system_error);
  EXPECT_THROW(channel.writer.write_file(testing::TempDir()), std::system_error);
  channel.writer.close();
  std::ostringstream out;
  EXPECT_EQ(channel.reader.read_into(out), bytes.size() + 14);
  EXPECT_EQ(out.str(), bytes + "and a stream!!");
  std::remove(path.c_str());
}

TEST_F(SdkChannels, bounds_what_read_all_takes) {
  Channel channel = client.create_channel();
  channel.writer.write("12345");
  channel.writer.write("67890");
  channel.writer.close();
  const auto all = channel.reader.try_read_all(9);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message(), "the stream is larger than 9 bytes");
}

TEST_F(SdkChannels, what_a_callback_throws_comes_out_of_the_read) {
  Channel channel = client.create_channel();
  channel.reader.on_message([](const std::string&) { throw std::runtime_error("boom"); });
  channel.writer.send_message("text");
  channel.writer.write("bytes");
  const auto piece = channel.reader.try_next_binary();
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().message(), "boom");
  EXPECT_EQ(channel.reader.next_binary(), "bytes");
}

TEST_F(SdkChannels, closing_a_reader_ends_its_reads_and_its_writer) {
  Channel channel = client.create_channel(1);
  channel.writer.write("first");
  EXPECT_EQ(channel.reader.next_binary(), "first");
  Parcel<Result<std::optional<ChannelMessage>>> waiting;
  channel.reader.next([&](auto message) { waiting.give(std::move(message)); });
  channel.reader.close();
  EXPECT_FALSE(waiting.take());
  EXPECT_FALSE(channel.reader.try_next());
  EXPECT_TRUE(becomes([&] { return !channel.writer.try_write("for nobody"); }));
}

TEST_F(SdkChannels, the_end_of_its_client_is_the_end_of_its_channels) {
  Channel channel = client.create_channel();
  Channel unused = client.create_channel();
  ChannelReader reader = other.open_reader(channel.reader_ref);
  channel.writer.write("kept");
  Channel incoming = client.create_channel();
  Parcel<Result<std::optional<ChannelMessage>>> waiting;
  incoming.reader.next([&](auto message) { waiting.give(std::move(message)); });
  client.shutdown();
  const auto ended = waiting.take();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::not_connected);
  EXPECT_EQ(reader.read_all(), "kept") << "what was written is sent";
  EXPECT_TRUE(channel.writer.try_close()) << "it was closed by the shutdown";
  for (const Status& status : {
           channel.writer.try_write("x"),
           unused.writer.try_write("x"),
           unused.writer.try_close(),
       }) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind(), ErrorKind::not_connected);
  }
  const auto none = client.try_create_channel();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::not_connected);
}

TEST_F(SdkChannels, ends_outlive_their_client) {
  std::optional<Channel> channel;
  std::optional<ChannelOpener> opener;
  {
    Client gone = register_worker(engine.url(), silent());
    channel = gone.create_channel();
    opener = gone.channel_opener();
    channel->writer.write("x");
  }
  EXPECT_FALSE(channel->writer.try_write("x"));
  EXPECT_FALSE(channel->reader.try_next());
  EXPECT_THROW(static_cast<void>(opener->open_reader(channel->reader_ref)), Error);
}

TEST_F(SdkChannels, a_shutdown_does_not_wait_for_a_reader_that_does_not_read) {
  Client quick = register_worker(engine.url(), silent({.shutdown_timeout = 200ms}));
  Channel channel = quick.create_channel();
  auto writing = std::async(std::launch::async, [&] {
    const std::string piece(1024 * 1024, 'x');
    for (;;) {
      if (const Status status = channel.writer.try_write(piece); !status) {
        return status;
      }
    }
  });
  EXPECT_EQ(writing.wait_for(200ms), std::future_status::timeout);
  const auto begin = std::chrono::steady_clock::now();
  quick.shutdown();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_EQ(writing.get().error().kind(), ErrorKind::not_connected);
}

TEST_F(SdkChannels, many_threads_use_one_end) {
  Channel channel = client.create_channel();
  constexpr int threads = 4;
  constexpr int count = 200;
  std::vector<std::future<void>> writers;
  for (int thread = 0; thread < threads; ++thread) {
    writers.push_back(std::async(std::launch::async, [&channel] {
      for (int i = 0; i < count; ++i) {
        channel.writer.write(std::string(1000, 'x'));
      }
    }));
  }
  std::vector<std::future<std::size_t>> readers;
  for (int thread = 0; thread < threads; ++thread) {
    readers.push_back(std::async(std::launch::async, [&channel] {
      std::size_t bytes = 0;
      while (const auto piece = channel.reader.next_binary()) {
        bytes += piece->size();
      }
      return bytes;
    }));
  }
  for (auto& writer : writers) {
    writer.get();
  }
  channel.writer.close();
  std::size_t bytes = 0;
  for (auto& reader : readers) {
    bytes += reader.get();
  }
  EXPECT_EQ(bytes, std::size_t{1000} * threads * count);
}

}  // namespace
}  // namespace iii::test
