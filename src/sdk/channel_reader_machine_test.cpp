#include "sdk/channel_reader_machine.hpp"

#include "sdk/channel_scene.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace iii::sdk {
namespace {

class ChannelReaderTest : public testing::Test, public ChannelScene<ChannelReaderMachine> {
 protected:
  ChannelReaderTest()
      : ChannelScene(ChannelReaderOptions{.what = "reader", .buffer_bytes_max = 1000}) {}

  void read(std::uint64_t number) { machine.read(operation(number), effects); }
  void text(std::string_view text) { machine.on_text(text, effects); }
  void binary(std::string_view bytes) { machine.on_binary(bytes, effects); }
  void close() { machine.close(effects); }
  void open_with_read(std::uint64_t number = 1) {
    read(number);
    open();
  }
};

TEST_F(ChannelReaderTest, opens_with_the_first_read_and_not_before) {
  EXPECT_EQ(take(), Lines{});
  read(1);
  EXPECT_EQ(take(), Lines{"open"});
  read(2);
  open();
  EXPECT_EQ(take(), Lines{});
}

TEST_F(ChannelReaderTest, gives_messages_to_reads_in_order) {
  open_with_read();
  read(2);
  text("a");
  binary("b");
  text("c");
  binary("d");
  EXPECT_EQ(take(), (Lines{"open", "end 1: text a", "end 2: binary b"}));
  read(3);
  read(4);
  read(5);
  EXPECT_EQ(take(), (Lines{"end 3: text c", "end 4: binary d"}));
  text("e");
  EXPECT_EQ(take(), Lines{"end 5: text e"});
}

TEST_F(ChannelReaderTest, tells_the_end_after_everything_and_again) {
  open_with_read();
  binary("a");
  binary("b");
  closed();
  EXPECT_EQ(take(), (Lines{"open", "end 1: binary a"}));
  read(2);
  read(3);
  read(4);
  EXPECT_EQ(take(), (Lines{"end 2: binary b", "end 3: done", "end 4: done"}));
}

TEST_F(ChannelReaderTest, ends_reads_that_wait) {
  for (const std::uint16_t code : {std::uint16_t{1000}, std::uint16_t{1005}}) {
    ChannelScene<ChannelReaderMachine> scene(ChannelReaderOptions{"reader", 1000});
    scene.machine.read(operation(1), scene.effects);
    scene.machine.read(operation(2), scene.effects);
    scene.open();
    scene.closed(end_of_stream(code));
    EXPECT_EQ(scene.take(), (Lines{"open", "end 1: done", "end 2: done"}));
  }
}

TEST_F(ChannelReaderTest, does_not_take_a_broken_connection_for_the_end) {
  open_with_read();
  binary("a");
  binary("b");
  closed({.was_open = true, .reason = "End of file"});
  static_cast<void>(take());
  read(2);
  read(3);
  read(4);
  const std::string error = "websocket error: reader: the connection broke: End of file";
  EXPECT_EQ(take(), (Lines{"end 2: binary b", "end 3: " + error, "end 4: " + error}));
}

TEST_F(ChannelReaderTest, does_not_take_the_end_of_the_engine_for_the_end) {
  open_with_read();
  closed(end_of_stream(1001));
  EXPECT_EQ(
      take(),
      (Lines{"open", "end 1: websocket error: reader: the engine has closed it (code 1001)"})
  );
}

TEST_F(ChannelReaderTest, Item73_tells_that_the_engine_does_not_know_the_channel) {
  read(1);
  closed({.reason = "HTTP 404", .http_status = 404});
  EXPECT_EQ(
      take(),
      (Lines{
          "open",
          "end 1: websocket error: reader: the engine knows no such channel (HTTP 404)",
      })
  );
}

TEST_F(ChannelReaderTest, tells_why_it_could_not_be_opened) {
  read(1);
  closed({.reason = "Connection refused"});
  EXPECT_EQ(
      take(),
      (Lines{"open", "end 1: websocket error: reader could not be opened: Connection refused"})
  );
}

TEST_F(ChannelReaderTest, Item74_takes_nothing_in_while_its_buffer_is_full) {
  open_with_read();
  binary("first");
  static_cast<void>(take());
  const std::string bytes(336, 'x');  // 400 with what a message costs
  binary(bytes);
  binary(bytes);
  EXPECT_EQ(take(), Lines{});
  binary(bytes);
  EXPECT_EQ(take(), Lines{"pause"});
  EXPECT_EQ(machine.buffered_bytes(), 1200U);
  read(2);
  EXPECT_EQ(take(), Lines{"end 2: binary 336 bytes"});
  read(3);
  EXPECT_EQ(take(), (Lines{"end 3: binary 336 bytes", "resume"}));
  binary(bytes);
  EXPECT_EQ(take(), Lines{});
  binary(bytes);
  EXPECT_EQ(take(), Lines{"pause"});
}

TEST_F(ChannelReaderTest, counts_many_small_messages) {
  open_with_read();
  text("first");
  static_cast<void>(take());
  int count = 0;
  while (effects.empty()) {
    text("");
    ++count;
  }
  EXPECT_EQ(take(), Lines{"pause"});
  EXPECT_EQ(count, 16);
}

TEST_F(ChannelReaderTest, closes_without_waiting_for_the_engine) {
  open_with_read();
  read(2);
  binary("a");
  static_cast<void>(take());
  close();
  EXPECT_EQ(
      take(), (Lines{"end 2: websocket error: reader has been closed", "close 1000 channel_close"})
  );
  binary("late");
  written(10);
  EXPECT_EQ(take(), Lines{});
  written();
  EXPECT_EQ(take(), Lines{"drop"});
  close();
  read(3);
  EXPECT_EQ(take(), Lines{"end 3: websocket error: reader has been closed"});
}

TEST_F(ChannelReaderTest, forgets_what_it_holds_when_it_is_closed) {
  open_with_read();
  binary("a");
  binary("b");
  static_cast<void>(take());
  close();
  EXPECT_EQ(machine.buffered_bytes(), 0U);
  read(2);
  EXPECT_EQ(
      take(), (Lines{"close 1000 channel_close", "end 2: websocket error: reader has been closed"})
  );
}

TEST_F(ChannelReaderTest, may_be_closed_in_every_state) {
  close();
  EXPECT_EQ(take(), Lines{});
  ChannelScene<ChannelReaderMachine> connecting(ChannelReaderOptions{"reader", 1000});
  connecting.machine.read(operation(1), connecting.effects);
  connecting.abandon();
  EXPECT_EQ(
      connecting.take(), (Lines{"open", "end 1: websocket error: reader has been closed", "drop"})
  );
  connecting.closed({});
  EXPECT_EQ(connecting.take(), Lines{});
}

TEST_F(ChannelReaderTest, ends_with_its_client) {
  open_with_read();
  stop();
  EXPECT_EQ(take(), (Lines{"open", "end 1: iii is not connected", "close 1000 channel_close"}));
  fail();
  EXPECT_EQ(take(), Lines{"drop"});
  read(2);
  fail();
  EXPECT_EQ(take(), Lines{"end 2: iii is not connected"});
}

TEST_F(ChannelReaderTest, bounds_how_many_reads_wait) {
  for (std::uint64_t i = 1; i <= 1024; ++i) {
    read(i);
  }
  EXPECT_EQ(take(), Lines{"open"});
  read(1025);
  EXPECT_EQ(take(), Lines{"end 1025: websocket error: reader: too many reads wait"});
}

}  // namespace
}  // namespace iii::sdk
