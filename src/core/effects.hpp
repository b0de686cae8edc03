// What the core orders its driver to do. Appended during one event, executed by the driver right
// after it, in order: the views inside live until the core is called again or the effects are
// cleared, whichever comes first.
#pragma once

#include "base/id.hpp"
#include "protocol/to_worker.hpp"

#include <cstdint>
#include <deque>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::core {

// Deliver a protocol message: as a text message over a socket, or to the in-process worker behind
// the connection.
struct SendTo {
  base::ConnectionId to;
  protocol::to_worker::Message message;

  friend bool operator==(const SendTo&, const SendTo&) = default;
};

// Deliver one channel message, kind and boundaries kept.
struct SendChannelMessage {
  base::ConnectionId to;
  bool is_text = false;
  std::string_view bytes;

  friend bool operator==(const SendChannelMessage&, const SendChannelMessage&) = default;
};

// How a connection ends: once everything sent before has been written, unless it is dropped.
enum class Ending : std::uint8_t {
  dropped,       // at once and without a Close frame: what is not yet written is lost
  without_code,  // Close frame without a code
  cut_off,       // the same, as readers of channels expect it; but the writer went without a Close
  going_away,    // 1001
  restarting,    // 1012
};
std::ostream& operator<<(std::ostream& out, Ending ending);

struct CloseConnection {
  base::ConnectionId connection;
  Ending ending = Ending::dropped;

  friend bool operator==(const CloseConnection&, const CloseConnection&) = default;
};

// Back-pressure: stop taking messages from a connection, also those already read; take them again.
struct PauseReading {
  base::ConnectionId connection;

  friend bool operator==(const PauseReading&, const PauseReading&) = default;
};
struct ResumeReading {
  base::ConnectionId connection;

  friend bool operator==(const ResumeReading&, const ResumeReading&) = default;
};

// One structured log line.
enum class Severity : std::uint8_t { trace, debug, info, warn, error };
struct Note {
  Severity severity = Severity::info;
  std::string_view event;  // static text, a few words in snake_case
  std::vector<std::pair<std::string_view, std::string>> fields;
  bool is_requested = false;  // a worker asked for this line: it is written always, and whole

  friend bool operator==(const Note&, const Note&) = default;
};

using Effect =
    std::variant<SendTo, SendChannelMessage, CloseConnection, PauseReading, ResumeReading, Note>;
std::ostream& operator<<(std::ostream& out, const Effect& effect);

class Effects {
 public:
  // `message`: one of the alternatives, which goes to its place in one move.
  template <class Message>
  void send(base::ConnectionId to, Message&& message) {
    effects_.emplace_back(std::in_place_type<SendTo>, to, std::forward<Message>(message));
  }
  template <class T>
  void add(T effect) {
    effects_.emplace_back(std::in_place_type<T>, std::move(effect));
  }
  void note(
      Severity severity,
      std::string_view event,
      std::vector<std::pair<std::string_view, std::string>> fields
  ) {
    add(Note{severity, event, std::move(fields), false});
  }

  // Keeps a text for the views of an effect, until clear().
  [[nodiscard]] std::string_view keep(std::string text) {
    return kept_.emplace_back(std::move(text));
  }

  [[nodiscard]] std::span<const Effect> all() const noexcept { return effects_; }
  [[nodiscard]] bool empty() const noexcept { return effects_.empty(); }
  void clear() noexcept {
    effects_.clear();
    kept_.clear();
  }

 private:
  std::vector<Effect> effects_;
  std::deque<std::string> kept_;
};

}  // namespace iii::core
