// The reading end of a channel. Sans-IO; one caller at a time.
//
//   idle -> connecting -> open -> ended        open -> closing -> ended: our Close frame leaves
//
// What arrives before it is asked for waits here; at `buffer_bytes_max` the connection is no longer
// read, and again when half of it is gone: the engine, and behind it the writer, have to wait. The
// end of the stream, or the error that cut it, comes after everything that had arrived.
#pragma once

#include "sdk/channel_effects.hpp"
#include "sdk/transport.hpp"

#include <iii/channel.hpp>
#include <iii/error.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {

struct ChannelReaderOptions {
  std::string what;  // for errors: "reader of channel c1"
  std::size_t buffer_bytes_max = 0;
};

class ChannelReaderMachine final : public ChannelMachine {
 public:
  explicit ChannelReaderMachine(ChannelReaderOptions options);

  // --- Commands ---
  // Ends with the next message, at once if there is one. The first opens the connection.
  void read(ChannelOperation operation, ChannelEffects& effects);
  void close(ChannelEffects& effects);

  // --- Events ---
  void on_opened(ChannelEffects& effects) override;
  void on_text(std::string_view text, ChannelEffects& effects) override;
  void on_binary(std::string_view bytes, ChannelEffects& effects) override;
  void on_written(std::size_t unsent_bytes, ChannelEffects& effects) override;
  void on_closed(const Closing& closing, ChannelEffects& effects) override;
  void abandon(ChannelEffects& effects) override { close(effects); }
  void stop(ChannelEffects& effects) override;
  void fail(ChannelEffects& effects) override;

  // --- Getters ---
  [[nodiscard]] std::size_t buffered_bytes() const { return buffered_bytes_; }

 private:
  enum class State : std::uint8_t { idle, connecting, open, closing, ended };

  void on_message(ChannelMessage message, ChannelEffects& effects);
  // What reads get once nothing is left; nullopt: the end of the stream.
  void end(std::optional<Error> error, ChannelEffects& effects);
  void give_up(const Error& error, ChannelEffects& effects);
  [[nodiscard]] ChannelOutcome ending() const;

  ChannelReaderOptions options_;
  State state_ = State::idle;
  std::deque<ChannelMessage> messages_;  // empty while somebody waits
  std::size_t buffered_bytes_ = 0;
  std::deque<ChannelOperation> waiting_;
  bool is_paused_ = false;
  bool has_ending_ = false;
  std::optional<Error> error_;
};

}  // namespace iii::sdk
