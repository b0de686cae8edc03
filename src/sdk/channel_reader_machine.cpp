#include "sdk/channel_reader_machine.hpp"

#include "base/limits.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"
#include "websocket/frame.hpp"

#include <iii/channel.hpp>
#include <iii/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

namespace limits = base::limits;

namespace {

std::size_t cost(const ChannelMessage& message) {
  return message.data.size() + limits::channel_message_overhead_bytes;
}

}  // namespace

ChannelReaderMachine::ChannelReaderMachine(ChannelReaderOptions options)
    : options_(std::move(options)) {
}

ChannelOutcome ChannelReaderMachine::ending() const {
  return error_ ? ChannelOutcome(*error_) : ChannelOutcome(std::nullopt);
}

void ChannelReaderMachine::read(ChannelOperation operation, ChannelEffects& effects) {
  if (!messages_.empty()) {
    ChannelMessage message = std::move(messages_.front());
    messages_.pop_front();
    buffered_bytes_ -= cost(message);
    effects.emplace_back(EndOperation{operation, std::optional(std::move(message))});
    if (is_paused_ && state_ == State::open && buffered_bytes_ <= options_.buffer_bytes_max / 2) {
      is_paused_ = false;
      effects.emplace_back(ResumeReading{});
    }
    return;
  }
  if (has_ending_) {
    effects.emplace_back(EndOperation{operation, ending()});
    return;
  }
  if (waiting_.size() >= limits::channel_operations_max) {
    effects.emplace_back(
        EndOperation{operation, Error::websocket(options_.what + ": too many reads wait")}
    );
    return;
  }
  waiting_.push_back(operation);
  if (state_ == State::idle) {
    state_ = State::connecting;
    effects.emplace_back(OpenConnection{});
  }
}

void ChannelReaderMachine::on_opened(ChannelEffects&) {
  if (state_ == State::connecting) {
    state_ = State::open;
  }
}

void ChannelReaderMachine::on_text(std::string_view text, ChannelEffects& effects) {
  on_message({.is_text = true, .data = std::string(text)}, effects);
}

void ChannelReaderMachine::on_binary(std::string_view bytes, ChannelEffects& effects) {
  on_message({.data = std::string(bytes)}, effects);
}

void ChannelReaderMachine::on_message(ChannelMessage message, ChannelEffects& effects) {
  if (state_ != State::open) {
    return;
  }
  if (!waiting_.empty()) {
    effects.emplace_back(EndOperation{waiting_.front(), std::optional(std::move(message))});
    waiting_.pop_front();
    return;
  }
  buffered_bytes_ += cost(message);
  messages_.push_back(std::move(message));
  if (!is_paused_ && buffered_bytes_ >= options_.buffer_bytes_max) {
    is_paused_ = true;
    effects.emplace_back(PauseReading{});
  }
}

void ChannelReaderMachine::on_written(std::size_t unsent_bytes, ChannelEffects& effects) {
  // Engines need not answer the Close frame of a reader, and may have much to send before they see
  // it: nothing of that is worth waiting for.
  if (state_ == State::closing && unsent_bytes == 0) {
    state_ = State::ended;
    effects.emplace_back(DropConnection{});
  }
}

void ChannelReaderMachine::on_closed(const Closing& closing, ChannelEffects& effects) {
  if (state_ == State::ended) {
    return;
  }
  state_ = State::ended;
  const bool is_end = closing.is_from_peer &&
                      (closing.code == close_normal ||
                       closing.code == static_cast<std::uint16_t>(websocket::CloseCode::none));
  end(is_end ? std::nullopt : std::optional(channel_error(options_.what, closing)), effects);
}

void ChannelReaderMachine::end(std::optional<Error> error, ChannelEffects& effects) {
  if (!has_ending_) {
    has_ending_ = true;
    error_ = std::move(error);
  }
  for (const ChannelOperation operation : waiting_) {
    effects.emplace_back(EndOperation{operation, ending()});
  }
  waiting_.clear();
}

void ChannelReaderMachine::give_up(const Error& error, ChannelEffects& effects) {
  messages_.clear();
  buffered_bytes_ = 0;
  end(error, effects);
}

void ChannelReaderMachine::close(ChannelEffects& effects) {
  give_up(Error::websocket(options_.what + " has been closed"), effects);
  if (state_ == State::open) {
    state_ = State::closing;
    effects.emplace_back(CloseConnection{close_normal, "channel_close"});
  } else if (state_ == State::connecting) {
    state_ = State::ended;
    effects.emplace_back(DropConnection{});
  } else if (state_ == State::idle) {
    state_ = State::ended;
  }
}

void ChannelReaderMachine::stop(ChannelEffects& effects) {
  give_up(Error::not_connected(), effects);
  close(effects);
}

void ChannelReaderMachine::fail(ChannelEffects& effects) {
  give_up(Error::not_connected(), effects);
  if (state_ != State::idle && state_ != State::ended) {
    effects.emplace_back(DropConnection{});
  }
  state_ = State::ended;
}

}  // namespace iii::sdk
