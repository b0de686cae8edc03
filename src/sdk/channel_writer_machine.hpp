// The writing end of a channel. Sans-IO; one caller at a time.
//
//   idle -> connecting -> open -> closing -> ended        closing: our Close frame is on its way
//
// Operations are served one after the other. A piece leaves for the connection when less than
// `buffer_bytes_max` is on its way there; until then it stays with its operation, so that whoever
// waits for each operation is held up by a slow reader and no more is kept than that.
#pragma once

#include "sdk/channel_effects.hpp"
#include "sdk/transport.hpp"

#include <iii/error.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::sdk {

struct ChannelWriterOptions {
  std::string what;  // for errors: "writer of channel c1"
  std::size_t buffer_bytes_max = 0;
};

// The bytes of a write: the operation's own, or its caller's, who keeps them until it has ended.
class ChannelBytes {
 public:
  [[nodiscard]] static ChannelBytes owned(std::string bytes) {
    ChannelBytes out;
    out.owned_ = std::move(bytes);
    return out;
  }
  [[nodiscard]] static ChannelBytes borrowed(std::string_view bytes) {
    ChannelBytes out;
    out.borrowed_view_ = bytes;
    return out;
  }

  [[nodiscard]] std::string_view view() const {
    return owned_.empty() ? borrowed_view_ : std::string_view(owned_);
  }
  // The same as view(), to keep.
  [[nodiscard]] std::string take() {
    return owned_.empty() ? std::string(borrowed_view_) : std::move(owned_);
  }

 private:
  std::string owned_;
  std::string_view borrowed_view_;
};

class ChannelWriterMachine final : public ChannelMachine {
 public:
  explicit ChannelWriterMachine(ChannelWriterOptions options);

  // --- Commands. The first opens the connection ---
  // Ends when everything has left for the connection.
  void write(ChannelOperation operation, ChannelBytes bytes, ChannelEffects& effects);
  // Precondition: UTF-8, at most limits::message_bytes_max.
  void send_text(ChannelOperation operation, ChannelBytes text, ChannelEffects& effects);
  // Ends when the system has taken everything before it.
  void flush(ChannelOperation operation, ChannelEffects& effects);
  // Ends when the engine has confirmed the end of the stream.
  void close(ChannelOperation operation, ChannelEffects& effects);

  // --- Events ---
  void on_opened(ChannelEffects& effects) override;
  void on_text(std::string_view, ChannelEffects&) override {}
  void on_binary(std::string_view, ChannelEffects&) override {}
  void on_written(std::size_t unsent_bytes, ChannelEffects& effects) override;
  void on_closed(const Closing& closing, ChannelEffects& effects) override;
  void abandon(ChannelEffects& effects) override;
  void stop(ChannelEffects& effects) override;
  void fail(ChannelEffects& effects) override;

  // --- Getters ---
  // Of operations that wait.
  [[nodiscard]] std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  enum class State : std::uint8_t { idle, connecting, open, closing, ended };
  enum class Kind : std::uint8_t { binary, text, flush, close };
  struct Waiting {
    std::optional<ChannelOperation> operation;  // none: nobody waits
    Kind kind = Kind::binary;
    ChannelBytes bytes = {};
    std::size_t sent_bytes = 0;
  };

  void start(Waiting waiting, ChannelEffects& effects);
  void pump(ChannelEffects& effects);
  // False: has to wait.
  [[nodiscard]] bool serve(Waiting& waiting, ChannelEffects& effects);
  [[nodiscard]] bool send_pieces(Waiting& waiting, ChannelEffects& effects);
  [[nodiscard]] bool has_room() const;
  void close_after_the_rest(ChannelEffects& effects);
  void end(const Error& error, ChannelEffects& effects);
  static void end_operation(
      const std::optional<ChannelOperation>& operation,
      const std::optional<Error>& error,
      ChannelEffects& effects
  );

  ChannelWriterOptions options_;
  State state_ = State::idle;
  std::deque<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t unsent_bytes_ = 0;
  // What new operations get.
  std::optional<Error> refusal_;
  bool is_closing_ = false;  // a close waits in the queue, or is on its way
  bool has_closed_well_ = false;
  std::vector<ChannelOperation> closers_;
};

}  // namespace iii::sdk
