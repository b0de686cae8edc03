// The connections between workers and engine: messages in order, with delay, cuts, half-open ends
// and readers that are slower than the writer. No bytes are framed; one packet is one message.
//
//   engine:  outbox (counted, the engine's memory) -> window (on the way, or unread) -> peer
//   peer:    on the way -> unread while the engine has paused the link -> engine
//
// Each side has its own idea of whether a link is open; both learn of an end at their own time, or
// one of them never. The peer's machine acknowledges what comes, however slow its process is, until
// the link is severed.
#pragma once

#include "base/id.hpp"
#include "core/channels.hpp"
#include "net/tcp_signs.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace iii::simulation {

using LinkId = base::ConnectionId;

struct Packet {
  // `opened` is the engine's answer to the upgrade.
  enum class Kind : std::uint8_t { text, binary, ping, pong, opened, end };
  Kind kind = Kind::text;
  std::string bytes;

  [[nodiscard]] std::size_t size() const { return bytes.size() + 4; }
};

// What a peer asks for when it connects: a worker's conversation, or an end of a channel.
struct Opening {
  std::optional<core::ChannelKey> channel;
  core::ChannelEnd end = core::ChannelEnd::reader;
  // Whether the peer's on_control() is called: scripted peers do without, which is faster.
  bool wants_control = false;

  [[nodiscard]] bool is_channel() const { return channel.has_value(); }
};

class EngineEnd {
 public:
  // False: refused.
  virtual bool on_connected(LinkId link, const Opening& opening) = 0;
  virtual void on_packet(LinkId link, const Packet& packet) = 0;
  // Not called for what the engine ends itself.
  virtual void on_ended(LinkId link) = 0;
  virtual void on_flushed(LinkId link, std::size_t bytes_left, bool has_progressed) = 0;

 protected:
  ~EngineEnd() = default;
};

class PeerEnd {
 public:
  virtual void on_packet(LinkId link, const Packet& packet) = 0;
  virtual void on_ended(LinkId link) = 0;
  // The upgrade's answer, and pings, which the network has answered, and pongs.
  virtual void on_control(LinkId, Packet::Kind) {}

 protected:
  ~PeerEnd() = default;
};

class Network {
 public:
  explicit Network(World& world) : world_(world) {}

  // The engine's process starts, or is gone together with its ends of all links.
  void attach(EngineEnd& engine) { engine_ = &engine; }
  void detach();

  // --- The peer's side ---
  LinkId connect(PeerEnd& peer, const Opening& opening);
  void send_from_peer(LinkId link, Packet packet);
  // Everything sent before arrives first.
  void close_from_peer(LinkId link);
  // The peer's process has ended: its operating system ends the connection.
  void abandon_from_peer(LinkId link);

  // --- The engine's side ---
  // Returns how much waits for this link now.
  std::size_t send_from_engine(LinkId link, Packet packet);
  void swap_last_unsent(LinkId link);  // for PlantedBug::messages_swapped
  void drop(LinkId link);
  void finish(LinkId link);
  void pause(LinkId link);
  void resume(LinkId link);
  [[nodiscard]] std::size_t unsent_bytes(LinkId link) const;
  // Of all that the engine has sent.
  [[nodiscard]] std::size_t largest_bytes(LinkId link) const;
  // What the engine's TCP knows of the peer's machine.
  [[nodiscard]] net::TcpSigns signs_of(LinkId link) const;
  [[nodiscard]] bool is_severed(LinkId link) const { return links_.at(link).is_severed; }
  // Readers of channels that have not been written everything yet, and are there.
  [[nodiscard]] bool has_patient_endings() const;
  [[nodiscard]] bool is_open_at_engine(LinkId link) const;

  // --- Faults ---
  void cut(LinkId link);
  void lose(LinkId link);  // half-open: nothing arrives any more, and nobody says so
  void end_slow_reading();
  [[nodiscard]] std::vector<LinkId> open_links() const;
  [[nodiscard]] milliseconds delay();
  // Nothing is on its way to anybody who listens.
  [[nodiscard]] bool is_silent() const;

 private:
  struct Link {
    PeerEnd* peer = nullptr;
    Opening opening;
    bool is_open_at_engine = false;
    bool is_open_at_peer = true;
    bool is_severed = false;  // what is sent now is lost
    bool has_lost_bytes = false;
    base::MonotonicTime severed_at;
    bool is_paused = false;
    bool is_finishing = false;
    bool is_dirty = false;
    bool waits_for_room = false;
    std::deque<Packet> outbox;
    std::size_t outbox_bytes = 0;
    std::size_t largest_bytes = 0;
    std::size_t window = 0;  // bytes that may be on their way or unread
    std::size_t window_used = 0;
    std::deque<Packet> to_peer;
    std::deque<Packet> to_engine;
    std::deque<Packet> unread;
    base::MonotonicTime last_arrival_at_peer;
    base::MonotonicTime last_arrival_at_engine;
    milliseconds reading_interval{0};  // of the peer
  };

  void draw_reader(Link& link);
  void accept(LinkId id);
  void arrive_at_engine(LinkId id);
  void take_at_engine(LinkId id, const Packet& packet);
  void take_unread(LinkId id);
  void arrive_at_peer(LinkId id);
  void post_to_peer(LinkId id, Packet packet);
  void mark_dirty(LinkId id);
  void flush(LinkId id);
  void sever(Link& link);
  void end_at_engine(LinkId id);
  void end_at_peer(LinkId id);

  World& world_;
  EngineEnd* engine_ = nullptr;
  std::uint64_t next_link_ = 1;
  std::map<LinkId, Link> links_;
};

}  // namespace iii::simulation
