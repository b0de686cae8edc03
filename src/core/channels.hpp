// Channels: one writer connection, one reader connection, messages in order between them, kinds and
// boundaries kept (spec: wire-protocol §11). Each end is claimed once.
//
//   writer:  unclaimed -> open -> ended          reader:  unclaimed -> open -> gone
//
// What the reader cannot take yet waits here, bounded in messages and bytes; a full channel stops
// reading its writer. A channel whose ends have both finished is forgotten at once; one with an
// unclaimed end after limits::channel_unclaimed_max.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/effects.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {

enum class ChannelEnd : std::uint8_t { reader, writer };

// Whether a connection took its leave with a Close frame.
enum class Leave : std::uint8_t { taken, missing };

struct ChannelKey {
  base::ChannelId id;
  base::Uuid access_key;
};

class Channels {
 public:
  // Creates a channel for at most `messages_max` waiting messages (clamped to the limits). nullopt:
  // too many channels.
  std::optional<ChannelKey> create(
      std::size_t messages_max, base::Random& random, base::MonotonicTime now
  );

  // The same for a channel of an in-process owner, who has chosen its key: it lives until seal().
  void adopt(const ChannelKey& key, std::size_t messages_max, base::MonotonicTime now);
  // Nobody may claim an end any more; those that are open go on.
  void seal(const ChannelKey& key);

  // Whether a connection may be opened for this channel at all.
  [[nodiscard]] bool is_known(const ChannelKey& key) const;

  // A connection wants an end. False: the end was claimed before; the connection is told to close.
  bool on_opened(
      base::ConnectionId connection, const ChannelKey& key, ChannelEnd end, Effects& effects
  );
  void on_message(
      base::ConnectionId connection, bool is_text, std::string_view bytes, Effects& effects
  );
  // The connection has gone. Readers of sockets see the same end, however their writer left (spec:
  // wire-protocol §11.4); one in the process is told the difference by Ending::cut_off.
  void on_closed(base::ConnectionId connection, Effects& effects, Leave leave = Leave::taken);
  // An in-process writer cannot complete its stream. The reader is dropped, with what waits for it:
  // SDKs take every Close frame for the regular end, whatever its code.
  void on_broken(base::ConnectionId writer, Effects& effects);
  // The reader's outbox has reached its limit, or has room again.
  void on_congested(base::ConnectionId connection);
  void on_relieved(base::ConnectionId connection, Effects& effects);
  // The engine stops: every reader gets what waits for it, congested or not.
  void on_stopping(Effects& effects);
  // Forgets channels with an end that nobody claimed in time.
  void on_time(base::MonotonicTime now, Effects& effects);

  [[nodiscard]] base::MonotonicTime next_deadline() const;
  // Whether a reader is there to whom more may come: its writer is open, or messages wait. Looks at
  // every channel.
  [[nodiscard]] bool has_open_streams() const;
  // For whom an open writer writes; nullopt: the reader's end is not open.
  [[nodiscard]] std::optional<base::ConnectionId> reader_of(base::ConnectionId writer) const;
  [[nodiscard]] std::size_t size() const { return channels_.size(); }
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Message {
    bool is_text = false;
    std::string bytes;
  };
  enum class EndState : std::uint8_t { unclaimed, open, finished };
  struct Channel {
    base::ChannelId id;
    base::Uuid access_key;
    base::MonotonicTime created_at;
    std::size_t messages_max = 0;
    EndState writer = EndState::unclaimed;
    EndState reader = EndState::unclaimed;
    base::ConnectionId writer_connection;
    base::ConnectionId reader_connection;
    bool is_writer_paused = false;
    bool is_cut_off = false;
    bool is_reader_congested = false;
    std::deque<Message> waiting;
    std::size_t waiting_bytes = 0;

    [[nodiscard]] bool is_full() const;
  };
  struct Claim {
    Channel* channel = nullptr;
    ChannelEnd end = ChannelEnd::reader;
  };

  void discard_waiting(Channel& channel);
  void deliver_waiting(Channel& channel, Effects& effects);
  void end_reader_if_done(Channel& channel, Effects& effects);
  void expire(Channel& channel, Effects& effects);
  void forget_if_finished(Channel& channel);
  void forget(Channel& channel);
  [[nodiscard]] Claim find(base::ConnectionId connection) const;

  boost::unordered_flat_map<base::ChannelId, std::unique_ptr<Channel>, std::hash<base::ChannelId>>
      channels_;
  boost::unordered_flat_map<base::ConnectionId, Claim, std::hash<base::ConnectionId>> claims_;
  std::set<std::pair<base::MonotonicTime, base::ChannelId>> by_age_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace iii::core
