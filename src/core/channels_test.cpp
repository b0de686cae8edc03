// Channels (spec: wire-protocol §11): claims, order, back-pressure, ends, expiry.
#include "core/channels.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"
#include "support/sweeps.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace iii::core {
namespace {

using namespace std::chrono_literals;
namespace limits = base::limits;

const base::ConnectionId writer{1};
const base::ConnectionId reader{2};

using Lines = std::vector<std::string>;

// A channel, its two connections and what they are told.
struct ChannelScene {
  explicit ChannelScene(std::size_t messages_max = 64) : key(create(messages_max)) {}

  ChannelKey create(std::size_t messages_max) {
    const auto created = channels.create(messages_max, random, now);
    EXPECT_TRUE(created.has_value());
    return created.value_or(ChannelKey{});
  }
  bool open(base::ConnectionId connection, ChannelEnd end) {
    return channels.on_opened(connection, key, end, effects);
  }
  void open_both() {
    open(writer, ChannelEnd::writer);
    open(reader, ChannelEnd::reader);
  }
  void write(std::string_view bytes, bool is_text = false) {
    channels.on_message(writer, is_text, bytes, effects);
  }
  void relieve() { channels.on_relieved(reader, effects); }
  void close(base::ConnectionId connection) { channels.on_closed(connection, effects); }
  void advance(std::chrono::nanoseconds by) {
    now += by;
    channels.on_time(now, effects);
  }

  // What has happened since the last call, without notes.
  Lines happened() {
    Lines lines;
    for (const Effect& effect : effects.all()) {
      if (!std::holds_alternative<Note>(effect)) {
        std::ostringstream line;
        line << effect;
        lines.push_back(line.str());
      }
    }
    effects.clear();
    return lines;
  }

  base::SeededRandom random{1};
  base::MonotonicTime now{std::chrono::hours(1)};
  Channels channels;
  Effects effects;
  ChannelKey key;
};

const Lines nothing;
const std::string reader_ends = "close 2 without a code";

TEST(Channels, pass_messages_on_in_order_with_kind_and_boundaries) {
  ChannelScene scene;
  scene.open_both();
  scene.write("one");
  scene.write("{}", true);
  scene.write("");
  EXPECT_EQ(
      scene.happened(), (Lines{"send binary to 2: one", "send text to 2: {}", "send binary to 2: "})
  );
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
}

TEST(Channels, keep_what_is_written_before_the_reader_comes) {
  ChannelScene scene;
  scene.open(writer, ChannelEnd::writer);
  scene.write("one");
  scene.write("two", true);
  EXPECT_EQ(scene.happened(), nothing);
  EXPECT_EQ(scene.channels.waiting_bytes(), 6U);
  scene.open(reader, ChannelEnd::reader);
  scene.write("three");
  EXPECT_EQ(
      scene.happened(),
      (Lines{"send binary to 2: one", "send text to 2: two", "send binary to 2: three"})
  );
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
}

TEST(Channels, have_nothing_to_say_to_the_writer) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_message(reader, true, "hello", scene.effects);
  EXPECT_EQ(scene.happened(), nothing);
}

TEST(Channels, are_known_by_id_and_key) {
  ChannelScene scene;
  EXPECT_TRUE(scene.channels.is_known(scene.key));
  EXPECT_FALSE(scene.channels.is_known({scene.key.id, base::Uuid(1, 2)}));
  EXPECT_FALSE(scene.channels.is_known({base::ChannelId(base::Uuid(1, 2)), scene.key.access_key}));
  const ChannelKey other = scene.create(1);
  EXPECT_NE(other.id, scene.key.id);
  EXPECT_NE(other.access_key, scene.key.access_key);
  EXPECT_FALSE(scene.channels.is_known({other.id, scene.key.access_key}));
}

TEST(Channels, are_claimed_at_each_end_once) {
  for (const ChannelEnd end : {ChannelEnd::writer, ChannelEnd::reader}) {
    ChannelScene scene;
    EXPECT_TRUE(scene.open(base::ConnectionId(5), end));
    EXPECT_FALSE(scene.open(base::ConnectionId(6), end));
    EXPECT_EQ(scene.happened(), (Lines{"close 6 without a code"}));
    scene.close(base::ConnectionId(6));
    // The claim outlives its connection.
    scene.close(base::ConnectionId(5));
    EXPECT_FALSE(scene.open(base::ConnectionId(7), end));
    EXPECT_EQ(scene.happened(), (Lines{"close 7 without a code"}));
  }
}

TEST(Channels, that_do_not_exist_cannot_be_claimed) {
  ChannelScene scene;
  EXPECT_FALSE(scene.channels.on_opened(
      writer, {base::ChannelId(base::Uuid(1, 2)), {}}, ChannelEnd::writer, scene.effects
  ));
  EXPECT_EQ(scene.happened(), (Lines{"close 1 without a code"}));
}

TEST(Channels, cannot_be_claimed_without_their_key) {
  ChannelScene scene;
  EXPECT_FALSE(scene.channels.on_opened(
      writer, {scene.key.id, base::Uuid(1, 2)}, ChannelEnd::writer, scene.effects
  ));
  EXPECT_EQ(scene.happened(), (Lines{"close 1 without a code"}));
}

// --- Back-pressure ---

TEST(Channels, pause_the_writer_when_as_many_messages_wait_as_the_channel_holds) {
  constexpr std::size_t messages = 5;
  test::sweep_tiny(messages, [](std::size_t limit) {
    ChannelScene scene(limit);
    const std::size_t holds = std::max<std::size_t>(limit, 1);
    scene.open(writer, ChannelEnd::writer);
    for (std::size_t i = 1; i < holds; ++i) {
      scene.write("x");
    }
    EXPECT_EQ(scene.happened(), nothing);
    scene.write("last");
    EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
    scene.write("was on its way");
    EXPECT_EQ(scene.happened(), nothing);
    scene.open(reader, ChannelEnd::reader);
    const Lines lines = scene.happened();
    ASSERT_EQ(lines.size(), holds + 2);
    EXPECT_EQ(lines[holds], "send binary to 2: was on its way");
    EXPECT_EQ(lines.back(), "resume 1");
  });
}

TEST(Channels, hold_at_most_1024_messages) {
  ChannelScene scene(1'000'000);
  scene.open(writer, ChannelEnd::writer);
  for (std::size_t i = 1; i < limits::channel_messages_max; ++i) {
    scene.write("");
  }
  EXPECT_EQ(scene.happened(), nothing);
  scene.write("");
  EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
}

TEST(Channels, pause_the_writer_when_too_many_bytes_wait) {
  ChannelScene scene;
  scene.open(writer, ChannelEnd::writer);
  scene.write(std::string(limits::channel_bytes_max - 1, 'x'));
  EXPECT_EQ(scene.happened(), nothing);
  scene.write("y");
  EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
  EXPECT_EQ(scene.channels.waiting_bytes(), limits::channel_bytes_max);
}

TEST(Channels, keep_less_for_a_reader_that_is_there) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write(std::string(limits::channel_ahead_bytes - 1, 'x'));
  EXPECT_EQ(scene.happened(), nothing);
  scene.write("y");
  EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
}

TEST(Channels, give_a_reader_all_that_waited_for_it) {
  const std::string half(limits::channel_bytes_max / 2, 'x');
  for (const int halves : {1, 2}) {
    ChannelScene scene;
    scene.open(writer, ChannelEnd::writer);
    for (int i = 0; i < halves; ++i) {
      scene.write(half);
    }
    const Lines paused = scene.happened();
    EXPECT_EQ(paused, halves == 1 ? nothing : (Lines{"pause 1"}));
    scene.open(reader, ChannelEnd::reader);
    Lines all(static_cast<std::size_t>(halves), "send binary to 2: " + half);
    if (!paused.empty()) {
      all.emplace_back("resume 1");
    }
    EXPECT_TRUE(scene.happened() == all) << halves;
    EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
  }
}

TEST(Channels, keep_messages_while_the_reader_is_congested) {
  ChannelScene scene(2);
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.write("two");
  EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
  scene.relieve();
  EXPECT_EQ(
      scene.happened(), (Lines{"send binary to 2: one", "send binary to 2: two", "resume 1"})
  );
  scene.write("three");
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: three"}));
}

TEST(Channels, do_not_care_whether_the_writer_or_a_stranger_is_congested) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(writer);
  scene.channels.on_congested(base::ConnectionId(9));
  scene.write("one");
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one"}));
  scene.channels.on_relieved(writer, scene.effects);
  scene.channels.on_relieved(base::ConnectionId(9), scene.effects);
  EXPECT_EQ(scene.happened(), nothing);
}

// --- The engine stops ---

TEST(Channels, know_for_whom_a_writer_writes) {
  ChannelScene scene;
  scene.open(writer, ChannelEnd::writer);
  EXPECT_EQ(scene.channels.reader_of(writer), std::nullopt);
  scene.open(reader, ChannelEnd::reader);
  EXPECT_EQ(scene.channels.reader_of(writer), reader);
  EXPECT_EQ(scene.channels.reader_of(reader), std::nullopt);
  scene.close(reader);
  EXPECT_EQ(scene.channels.reader_of(writer), std::nullopt);
}

TEST(Channels, have_open_streams_while_more_may_come_to_a_reader) {
  ChannelScene scene;
  EXPECT_FALSE(scene.channels.has_open_streams());
  scene.open(writer, ChannelEnd::writer);
  scene.write("one");
  EXPECT_FALSE(scene.channels.has_open_streams());
  scene.open(reader, ChannelEnd::reader);
  EXPECT_TRUE(scene.channels.has_open_streams());
  scene.channels.on_congested(reader);
  scene.write("two");
  scene.close(writer);
  EXPECT_TRUE(scene.channels.has_open_streams());
  scene.relieve();
  EXPECT_FALSE(scene.channels.has_open_streams());
}

TEST(Channels, deliver_what_waits_before_the_engine_stops) {
  ChannelScene scene(1);
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.happened();
  scene.channels.on_stopping(scene.effects);
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", "resume 1"}));
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
}

TEST(Channels, end_what_their_writer_has_ended_before_the_engine_stops) {
  ChannelScene scene(1);
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.close(writer);
  scene.happened();
  scene.channels.on_stopping(scene.effects);
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", reader_ends}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

// --- Ends ---

TEST(Channels, end_for_the_reader_when_the_writer_has_closed) {
  ChannelScene scene;
  scene.open_both();
  scene.write("one");
  scene.close(writer);
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", reader_ends}));
  EXPECT_EQ(scene.channels.size(), 0U);
  scene.close(reader);
  EXPECT_EQ(scene.happened(), nothing);
}

TEST(Channels, end_for_the_reader_after_everything_that_waits_for_it) {
  ChannelScene scene(1);
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.close(writer);
  EXPECT_EQ(scene.happened(), (Lines{"pause 1"}));
  scene.relieve();
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", reader_ends}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, end_for_a_reader_that_comes_after_the_writer_has_gone) {
  ChannelScene scene;
  scene.open(writer, ChannelEnd::writer);
  scene.write("one");
  scene.close(writer);
  EXPECT_EQ(scene.happened(), nothing);
  scene.open(reader, ChannelEnd::reader);
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", reader_ends}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, tell_when_their_writer_went_without_a_close_frame) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.channels.on_closed(writer, scene.effects, Leave::missing);
  EXPECT_EQ(scene.happened(), nothing);
  scene.relieve();
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", "close 2 without a code, cut off"}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, drop_the_reader_of_a_stream_that_cannot_be_completed) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.channels.on_broken(writer, scene.effects);
  EXPECT_EQ(scene.happened(), (Lines{"close 2 without a Close frame"}));
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, do_not_end_in_order_for_who_comes_after_they_broke) {
  ChannelScene scene;
  scene.open(writer, ChannelEnd::writer);
  scene.write("one");
  scene.channels.on_broken(writer, scene.effects);
  EXPECT_EQ(scene.happened(), nothing);
  EXPECT_FALSE(scene.channels.is_known(scene.key));
}

TEST(Channels, are_not_broken_after_their_end) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.close(writer);
  scene.channels.on_broken(writer, scene.effects);
  scene.channels.on_broken(reader, scene.effects);
  scene.relieve();
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one", reader_ends}));
}

TEST(Channels, drop_the_writer_at_its_next_message_when_the_reader_has_gone) {
  ChannelScene scene;
  scene.open_both();
  scene.close(reader);
  EXPECT_EQ(scene.happened(), nothing);
  scene.write("one");
  EXPECT_EQ(scene.happened(), (Lines{"close 1 without a Close frame"}));
  EXPECT_EQ(scene.channels.size(), 0U);
  scene.write("two");
  EXPECT_EQ(scene.happened(), nothing);
}

TEST(Channels, drop_a_writer_that_comes_after_the_reader_has_gone) {
  ChannelScene scene;
  scene.open(reader, ChannelEnd::reader);
  scene.close(reader);
  EXPECT_TRUE(scene.open(writer, ChannelEnd::writer));
  scene.write("one");
  EXPECT_EQ(scene.happened(), (Lines{"close 1 without a Close frame"}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, drop_a_paused_writer_at_once_when_the_reader_goes) {
  ChannelScene scene(1);
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.happened();
  scene.close(reader);
  EXPECT_EQ(scene.happened(), (Lines{"close 1 without a Close frame"}));
  EXPECT_EQ(scene.channels.size(), 0U);
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
}

TEST(Channels, drop_what_waits_for_a_reader_that_goes) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.on_congested(reader);
  scene.write("one");
  scene.close(reader);
  EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
  scene.close(writer);
  EXPECT_EQ(scene.happened(), nothing);
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, do_not_mind_the_end_of_a_stranger) {
  ChannelScene scene;
  scene.open_both();
  scene.close(base::ConnectionId(9));
  EXPECT_EQ(scene.channels.size(), 1U);
}

// --- Expiry and limits ---

TEST(Channels, that_are_not_claimed_at_both_ends_expire) {
  struct Claims {
    bool writer;
    bool reader;
    Lines told;
  };
  for (const auto& [has_writer, has_reader, told] : std::vector<Claims>{
           {false, false, {}},
           {true, false, {"close 1 without a Close frame"}},
           {false, true, {reader_ends}},
       }) {
    ChannelScene scene;
    if (has_writer) {
      scene.open(writer, ChannelEnd::writer);
      scene.write("one");
    }
    if (has_reader) {
      scene.open(reader, ChannelEnd::reader);
    }
    EXPECT_EQ(scene.channels.next_deadline(), scene.now + limits::channel_unclaimed_max);
    scene.advance(limits::channel_unclaimed_max - 1ns);
    EXPECT_EQ(scene.happened(), nothing);
    EXPECT_EQ(scene.channels.size(), 1U);
    scene.advance(1ns);
    EXPECT_EQ(scene.happened(), told);
    EXPECT_EQ(scene.channels.size(), 0U);
    EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
    EXPECT_EQ(scene.channels.next_deadline(), base::never);
    scene.close(writer);
    scene.close(reader);
    EXPECT_EQ(scene.happened(), nothing);
  }
}

TEST(Channels, that_are_claimed_at_both_ends_never_expire) {
  ChannelScene scene;
  scene.open_both();
  scene.advance(24h);
  EXPECT_EQ(scene.channels.next_deadline(), base::never);
  scene.write("one");
  EXPECT_EQ(scene.happened(), (Lines{"send binary to 2: one"}));
  scene.close(writer);
  EXPECT_EQ(scene.happened(), (Lines{reader_ends}));
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, expire_in_the_order_of_their_age) {
  ChannelScene scene;
  scene.advance(10s);
  const ChannelKey younger = scene.create(1);
  scene.advance(limits::channel_unclaimed_max - 10s);
  EXPECT_FALSE(scene.channels.is_known(scene.key));
  EXPECT_TRUE(scene.channels.is_known(younger));
  scene.advance(10s);
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, are_limited_in_number) {
  ChannelScene scene;
  for (std::size_t i = 1; i < limits::channels_max; ++i) {
    ASSERT_TRUE(scene.channels.create(1, scene.random, scene.now));
  }
  EXPECT_FALSE(scene.channels.create(1, scene.random, scene.now));
  scene.open_both();
  scene.close(writer);
  EXPECT_TRUE(scene.channels.create(1, scene.random, scene.now));
}

// The same dialogue, with either end closing before each step: nothing is left, nobody is told
// twice.
TEST(Channels, are_forgotten_wherever_an_end_closes) {
  for (const base::ConnectionId leaver : {writer, reader}) {
    const std::size_t steps = test::sweep_failures([leaver](std::size_t failing) {
      ChannelScene scene(2);
      const std::vector<std::function<void()>> script = {
          [&] { scene.open(writer, ChannelEnd::writer); },
          [&] { scene.write("one"); },
          [&] { scene.open(reader, ChannelEnd::reader); },
          [&] { scene.channels.on_congested(reader); },
          [&] { scene.write("two"); },
          [&] { scene.write("three"); },
          [&] { scene.relieve(); },
      };
      for (std::size_t step = 0; step < script.size(); ++step) {
        if (step == failing) {
          scene.close(leaver);
        }
        script[step]();
      }
      scene.close(writer);
      scene.close(reader);
      scene.advance(limits::channel_unclaimed_max);
      Lines lines = scene.happened();
      EXPECT_LE(
          std::ranges::count_if(
              lines, [](const std::string& line) { return line.starts_with("close"); }
          ),
          2
      );
      EXPECT_EQ(scene.channels.size(), 0U);
      EXPECT_EQ(scene.channels.waiting_bytes(), 0U);
      return failing < script.size();
    });
    EXPECT_EQ(steps, 7U);
  }
}

// --- Channels of an in-process owner ---

TEST(Channels, an_adopted_one_lives_until_it_is_sealed) {
  ChannelScene scene;
  scene.channels.seal(scene.key);
  scene.key = {base::ChannelId(base::Uuid(1, 2)), base::Uuid(3, 4)};
  scene.channels.adopt(scene.key, 64, scene.now);
  EXPECT_TRUE(scene.open(writer, ChannelEnd::writer));
  scene.advance(limits::channel_unclaimed_max * 2);
  EXPECT_TRUE(scene.channels.is_known(scene.key));
  scene.channels.seal(scene.key);
  EXPECT_FALSE(scene.open(reader, ChannelEnd::reader)) << "nobody may come any more";
  scene.close(writer);
  EXPECT_EQ(scene.channels.size(), 0U);
}

TEST(Channels, sealing_leaves_open_ends_alone) {
  ChannelScene scene;
  scene.open_both();
  scene.channels.seal(scene.key);
  scene.write("a");
  EXPECT_EQ(scene.happened().size(), 1U);
  scene.close(writer);
  EXPECT_EQ(scene.channels.size(), 0U);
  scene.channels.seal(scene.key);
}

}  // namespace
}  // namespace iii::core
