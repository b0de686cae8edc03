#include "sdk/channel_writer_machine.hpp"

#include "base/limits.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/effects.hpp"
#include "sdk/transport.hpp"

#include <iii/error.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

namespace limits = base::limits;

ChannelWriterMachine::ChannelWriterMachine(ChannelWriterOptions options)
    : options_(std::move(options)) {
}

void ChannelWriterMachine::end_operation(
    const std::optional<ChannelOperation>& operation,
    const std::optional<Error>& error,
    ChannelEffects& effects
) {
  if (operation) {
    effects.emplace_back(
        EndOperation{*operation, error ? ChannelOutcome(*error) : ChannelOutcome(std::nullopt)}
    );
  }
}

void ChannelWriterMachine::write(
    ChannelOperation operation, ChannelBytes bytes, ChannelEffects& effects
) {
  start({.operation = operation, .kind = Kind::binary, .bytes = std::move(bytes)}, effects);
}

void ChannelWriterMachine::send_text(
    ChannelOperation operation, ChannelBytes text, ChannelEffects& effects
) {
  start({.operation = operation, .kind = Kind::text, .bytes = std::move(text)}, effects);
}

void ChannelWriterMachine::flush(ChannelOperation operation, ChannelEffects& effects) {
  start({.operation = operation, .kind = Kind::flush}, effects);
}

void ChannelWriterMachine::close(ChannelOperation operation, ChannelEffects& effects) {
  if (has_closed_well_) {
    end_operation(operation, std::nullopt, effects);
  } else if (refusal_ && !is_closing_) {
    end_operation(operation, refusal_, effects);
  } else {
    closers_.push_back(operation);
    close_after_the_rest(effects);
  }
}

void ChannelWriterMachine::close_after_the_rest(ChannelEffects& effects) {
  if (std::exchange(is_closing_, true)) {
    return;
  }
  start({.kind = Kind::close}, effects);
  if (!refusal_) {
    refusal_ = Error::websocket(options_.what + " has been closed");
  }
}

// An operation may exceed the bound, also behind the head of an HTTP response that still waits.
bool ChannelWriterMachine::has_room() const {
  return waiting_.size() < limits::channel_operations_max &&
         waiting_bytes_ <= limits::channel_waiting_bytes_max;
}

void ChannelWriterMachine::start(Waiting waiting, ChannelEffects& effects) {
  const std::size_t bytes = waiting.bytes.view().size();
  if (waiting.kind != Kind::close) {
    if (refusal_) {
      end_operation(waiting.operation, refusal_, effects);
      return;
    }
    if (!has_room()) {
      end_operation(
          waiting.operation,
          Error::websocket(options_.what + ": too much waits to be written"),
          effects
      );
      return;
    }
  }
  waiting_bytes_ += bytes;
  waiting_.push_back(std::move(waiting));
  if (state_ == State::idle) {
    state_ = State::connecting;
    effects.emplace_back(OpenConnection{});
  }
  pump(effects);
}

void ChannelWriterMachine::pump(ChannelEffects& effects) {
  while (state_ == State::open && !waiting_.empty() && serve(waiting_.front(), effects)) {
    end_operation(waiting_.front().operation, std::nullopt, effects);
    waiting_.pop_front();
  }
}

bool ChannelWriterMachine::serve(Waiting& waiting, ChannelEffects& effects) {
  switch (waiting.kind) {
    case Kind::binary:
      return send_pieces(waiting, effects);
    case Kind::text: {
      if (unsent_bytes_ >= options_.buffer_bytes_max) {
        return false;
      }
      const std::size_t bytes = waiting.bytes.view().size();
      effects.emplace_back(SendText{waiting.bytes.take()});
      unsent_bytes_ += bytes;
      waiting_bytes_ -= bytes;
      return true;
    }
    case Kind::flush:
      return unsent_bytes_ == 0;
    case Kind::close:
      // Only now: from here on the engine's answer is waited for.
      if (unsent_bytes_ != 0) {
        return false;
      }
      state_ = State::closing;
      effects.emplace_back(CloseConnection{close_normal, "stream_complete"});
      return true;
  }
  return true;
}

bool ChannelWriterMachine::send_pieces(Waiting& waiting, ChannelEffects& effects) {
  const std::string_view bytes = waiting.bytes.view();
  while (waiting.sent_bytes < bytes.size()) {
    if (unsent_bytes_ >= options_.buffer_bytes_max) {
      return false;
    }
    const std::size_t piece =
        std::min(limits::channel_frame_bytes_max, bytes.size() - waiting.sent_bytes);
    const bool is_whole = piece == bytes.size();
    effects.emplace_back(SendBinary{
        is_whole ? waiting.bytes.take() : std::string(bytes.substr(waiting.sent_bytes, piece))
    });
    unsent_bytes_ += piece;
    waiting_bytes_ -= piece;
    if (is_whole) {
      return true;  // the bytes are gone
    }
    waiting.sent_bytes += piece;
  }
  return true;
}

void ChannelWriterMachine::on_opened(ChannelEffects& effects) {
  if (state_ == State::connecting) {
    state_ = State::open;
    pump(effects);
  }
}

void ChannelWriterMachine::on_written(std::size_t unsent_bytes, ChannelEffects& effects) {
  unsent_bytes_ = unsent_bytes;
  pump(effects);
}

void ChannelWriterMachine::on_closed(const Closing& closing, ChannelEffects& effects) {
  if (state_ == State::ended) {
    return;
  }
  if (state_ == State::closing && closing.is_from_peer) {
    has_closed_well_ = true;
  }
  end(channel_error(options_.what, closing), effects);
}

void ChannelWriterMachine::end(const Error& error, ChannelEffects& effects) {
  state_ = State::ended;
  for (const Waiting& waiting : waiting_) {
    end_operation(waiting.operation, error, effects);
  }
  waiting_.clear();
  waiting_bytes_ = 0;
  for (const ChannelOperation closer : closers_) {
    end_operation(closer, has_closed_well_ ? std::nullopt : std::optional(error), effects);
  }
  closers_.clear();
  if (!has_closed_well_) {
    refusal_ = error;
    is_closing_ = false;
  }
}

void ChannelWriterMachine::abandon(ChannelEffects& effects) {
  if (state_ == State::idle) {
    end(Error::websocket(options_.what + " has been closed"), effects);
  } else if (state_ != State::ended) {
    close_after_the_rest(effects);
  }
}

void ChannelWriterMachine::stop(ChannelEffects& effects) {
  if (state_ == State::idle) {
    end(Error::not_connected(), effects);
  } else if (state_ != State::ended) {
    refusal_ = Error::not_connected();
    close_after_the_rest(effects);
  }
}

void ChannelWriterMachine::fail(ChannelEffects& effects) {
  if (state_ == State::ended) {
    return;
  }
  if (state_ != State::idle) {
    effects.emplace_back(DropConnection{});
  }
  end(Error::not_connected(), effects);
}

}  // namespace iii::sdk
