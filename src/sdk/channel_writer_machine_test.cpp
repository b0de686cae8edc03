#include "sdk/channel_writer_machine.hpp"

#include "base/limits.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/channel_scene.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace iii::sdk {
namespace {

namespace limits = base::limits;

class ChannelWriterTest : public testing::Test, public ChannelScene<ChannelWriterMachine> {
 protected:
  explicit ChannelWriterTest(std::size_t buffer_bytes_max = 200'000)
      : ChannelScene(ChannelWriterOptions{.what = "writer", .buffer_bytes_max = buffer_bytes_max}) {
  }

  void write(std::uint64_t number, std::string bytes) {
    machine.write(operation(number), ChannelBytes::owned(std::move(bytes)), effects);
  }
  void text(std::uint64_t number, std::string bytes) {
    machine.send_text(operation(number), ChannelBytes::owned(std::move(bytes)), effects);
  }
  void flush(std::uint64_t number) { machine.flush(operation(number), effects); }
  void close(std::uint64_t number) { machine.close(operation(number), effects); }
  // Opened by an empty write.
  void open_writer() {
    write(0, "");
    open();
    static_cast<void>(take());
  }
};

TEST_F(ChannelWriterTest, opens_with_the_first_operation_and_sends_when_it_is_open) {
  EXPECT_EQ(take(), Lines{});
  write(1, "a");
  EXPECT_EQ(take(), Lines{"open"});
  text(2, "b");
  EXPECT_EQ(take(), Lines{});
  open();
  EXPECT_EQ(take(), (Lines{"binary a", "end 1: done", "text b", "end 2: done"}));
}

TEST_F(ChannelWriterTest, an_empty_write_only_opens_and_an_empty_text_is_a_message) {
  write(1, "");
  open();
  EXPECT_EQ(take(), (Lines{"open", "end 1: done"}));
  text(2, "");
  EXPECT_EQ(take(), (Lines{"text ", "end 2: done"}));
}

TEST_F(ChannelWriterTest, Item70_cuts_bytes_into_frames) {
  open_writer();
  std::string bytes;
  for (std::size_t i = 0; i < 200'000; ++i) {
    bytes.push_back(static_cast<char>(i % 251));
  }
  for (const bool is_owned : {false, true}) {
    machine.write(
        operation(1), is_owned ? ChannelBytes::owned(bytes) : ChannelBytes::borrowed(bytes), effects
    );
    std::string sent;
    for (const ChannelEffect& effect : effects) {
      if (const auto* const frame = std::get_if<SendBinary>(&effect)) {
        EXPECT_LE(frame->bytes.size(), 65536U);
        sent += frame->bytes;
      }
    }
    EXPECT_EQ(sent, bytes);
    EXPECT_EQ(
        take(),
        (Lines{
            "binary 65536 bytes",
            "binary 65536 bytes",
            "binary 65536 bytes",
            "binary 3392 bytes",
            "end 1: done",
        })
    );
    written();
  }
}

class SmallChannelWriterTest : public ChannelWriterTest {
 protected:
  SmallChannelWriterTest() : ChannelWriterTest(100) { open_writer(); }
};

TEST_F(SmallChannelWriterTest, Item74_writes_wait_while_the_buffer_is_full) {
  write(1, std::string(60, 'a'));
  write(2, std::string(60, 'b'));
  EXPECT_EQ(take(), (Lines{"binary 60 bytes", "end 1: done", "binary 60 bytes", "end 2: done"}));
  write(3, std::string(60, 'c'));
  text(4, std::string(60, 'd'));
  flush(5);
  EXPECT_EQ(take(), Lines{});
  EXPECT_EQ(machine.waiting_bytes(), 120U);
  written(100);
  EXPECT_EQ(take(), Lines{});
  written(99);
  EXPECT_EQ(take(), (Lines{"binary 60 bytes", "end 3: done"}));
  written(0);
  EXPECT_EQ(take(), (Lines{"text 60 bytes", "end 4: done"}));
  EXPECT_EQ(machine.waiting_bytes(), 0U);
  written(10);
  EXPECT_EQ(take(), Lines{});
  written(0);
  EXPECT_EQ(take(), Lines{"end 5: done"});
}

TEST_F(SmallChannelWriterTest, Item74_a_large_write_never_sends_more_than_a_frame_too_much) {
  const std::string bytes(1'000'000, 'x');
  machine.write(operation(1), ChannelBytes::borrowed(bytes), effects);
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    ASSERT_EQ(effects.size() - (sent + 65536 >= bytes.size() ? 1 : 0), 1U);
    sent += std::get<SendBinary>(effects.front()).bytes.size();
    EXPECT_EQ(machine.waiting_bytes(), bytes.size() - sent);
    effects.clear();
    if (sent < bytes.size()) {
      written(0);
    }
  }
}

TEST_F(SmallChannelWriterTest, bounds_what_waits) {
  write(1, std::string(100, 'a'));
  write(2, std::string(limits::channel_waiting_bytes_max + 1, 'b'));  // one may be larger
  static_cast<void>(take());
  write(3, "c");
  EXPECT_EQ(take(), Lines{"end 3: websocket error: writer: too much waits to be written"});
}

TEST_F(ChannelWriterTest, takes_a_large_write_behind_small_ones) {
  text(1, "a");
  write(2, std::string(limits::channel_waiting_bytes_max + 1, 'b'));
  EXPECT_EQ(take(), Lines{"open"});
  write(3, "c");
  EXPECT_EQ(take(), Lines{"end 3: websocket error: writer: too much waits to be written"});
}

TEST_F(SmallChannelWriterTest, bounds_how_many_wait) {
  write(1, std::string(100, 'a'));
  static_cast<void>(take());
  for (std::uint64_t i = 0; i < limits::channel_operations_max; ++i) {
    write(10 + i, "b");
  }
  EXPECT_EQ(take(), Lines{});
  write(2, "c");
  EXPECT_EQ(take(), Lines{"end 2: websocket error: writer: too much waits to be written"});
}

TEST_F(ChannelWriterTest, Item72_closes_after_everything_and_waits_for_the_engine) {
  open_writer();
  write(1, "a");
  close(2);
  EXPECT_EQ(take(), (Lines{"binary a", "end 1: done"}));
  written(0);
  EXPECT_EQ(take(), Lines{"close 1000 stream_complete"});
  close(3);
  EXPECT_EQ(take(), Lines{});
  closed(end_of_stream(1000));
  EXPECT_EQ(take(), (Lines{"end 2: done", "end 3: done"}));
  close(4);
  EXPECT_EQ(take(), Lines{"end 4: done"});
}

TEST_F(ChannelWriterTest, Item72_refuses_to_write_after_close) {
  open_writer();
  close(1);
  write(2, "a");
  text(3, "b");
  flush(4);
  closed(end_of_stream(1000));
  write(5, "c");
  const std::string error = "websocket error: writer has been closed";
  EXPECT_EQ(
      take(),
      (Lines{
          "close 1000 stream_complete",
          "end 2: " + error,
          "end 3: " + error,
          "end 4: " + error,
          "end 1: done",
          "end 5: " + error,
      })
  );
}

TEST_F(ChannelWriterTest, tells_the_reader_of_an_empty_stream) {
  close(1);
  EXPECT_EQ(take(), Lines{"open"});
  open();
  EXPECT_EQ(take(), Lines{"close 1000 stream_complete"});
  closed(end_of_stream(1000));
  EXPECT_EQ(take(), Lines{"end 1: done"});
}

TEST_F(ChannelWriterTest, tells_that_the_end_was_not_confirmed) {
  open_writer();
  close(1);
  closed({.was_open = true, .code = 1000});
  EXPECT_EQ(
      take(),
      (Lines{"close 1000 stream_complete", "end 1: websocket error: writer: the connection broke"})
  );
}

TEST_F(ChannelWriterTest, every_operation_fails_with_the_connection) {
  open_writer();
  write(1, std::string(200'000, 'a'));
  static_cast<void>(take());
  write(2, "b");
  flush(3);
  close(4);
  closed(end_of_stream(1005));
  write(5, "c");
  close(6);
  const std::string error = "websocket error: writer: the engine has closed it (code 1005)";
  EXPECT_EQ(
      take(),
      (Lines{
          "end 2: " + error,
          "end 3: " + error,
          "end 4: " + error,
          "end 5: " + error,
          "end 6: " + error,
      })
  );
}

TEST_F(ChannelWriterTest, Item73_tells_that_the_engine_does_not_know_the_channel) {
  write(1, "a");
  closed({.http_status = 404});
  EXPECT_EQ(
      take(),
      (Lines{
          "open",
          "end 1: websocket error: writer: the engine knows no such channel (HTTP 404)",
      })
  );
}

TEST_F(ChannelWriterTest, closes_when_nobody_holds_it_any_more) {
  write(1, "a");
  abandon();
  open();
  EXPECT_EQ(take(), (Lines{"open", "binary a", "end 1: done"}));
  written(0);
  EXPECT_EQ(take(), Lines{"close 1000 stream_complete"});
  closed(end_of_stream(1000));
  EXPECT_EQ(take(), Lines{});
}

TEST_F(ChannelWriterTest, is_not_opened_only_to_be_dropped) {
  abandon();
  EXPECT_EQ(take(), Lines{});
}

TEST_F(SmallChannelWriterTest, sends_what_it_has_taken_when_its_client_stops) {
  write(1, std::string(100, 'a'));
  write(2, "b");
  stop();
  write(3, "c");
  EXPECT_EQ(take(), (Lines{"binary 100 bytes", "end 1: done", "end 3: iii is not connected"}));
  written(0);
  EXPECT_EQ(take(), (Lines{"binary b", "end 2: done"}));
  written(0);
  EXPECT_EQ(take(), Lines{"close 1000 stream_complete"});
  fail();
  EXPECT_EQ(take(), Lines{"drop"});
  close(4);
  EXPECT_EQ(take(), Lines{"end 4: iii is not connected"});
}

TEST_F(SmallChannelWriterTest, fails_what_waits_when_its_client_is_gone) {
  write(1, std::string(100, 'a'));
  write(2, "b");
  close(3);
  static_cast<void>(take());
  fail();
  EXPECT_EQ(take(), (Lines{"drop", "end 2: iii is not connected", "end 3: iii is not connected"}));
  write(4, "c");
  EXPECT_EQ(take(), Lines{"end 4: iii is not connected"});
}

TEST_F(ChannelWriterTest, is_stopped_before_its_first_use) {
  stop();
  write(1, "a");
  close(2);
  EXPECT_EQ(take(), (Lines{"end 1: iii is not connected", "end 2: iii is not connected"}));
}

}  // namespace
}  // namespace iii::sdk
