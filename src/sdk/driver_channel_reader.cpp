// The faces of reading: blocking, awaited, with a callback.
#include "base/limits.hpp"
#include "sdk/call_end.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/driver_callback.hpp"
#include "sdk/driver_channel.hpp"
#include "sdk/driver_channel_handles.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/error.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <cstddef>
#include <functional>
#include <ios>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace iii::inline v0 {

static_assert(ChannelReader::read_all_bytes_max == base::limits::message_bytes_max);

namespace {

using Message = std::optional<ChannelMessage>;
using Bytes = std::optional<std::string>;

// Adds a piece to what has been read.
void append(std::string& all, const std::string& piece, std::size_t bytes_max) {
  if (piece.size() > bytes_max - all.size()) {
    throw Error::websocket("the stream is larger than " + std::to_string(bytes_max) + " bytes");
  }
  all += piece;
}

// What `read` returns, or throws, as a result.
template <class Read>
auto as_result(Read read) noexcept -> Result<decltype(read())> {
  try {
    return read();
  } catch (...) {
    return sdk::current_error();
  }
}

Task<Bytes> next_binary_of(ChannelReader reader, std::shared_ptr<ChannelReader::Handle> handle) {
  for (;;) {
    Message message = co_await reader.next_async();
    if (!message) {
      co_return std::nullopt;
    }
    if (!message->is_text) {
      co_return std::move(message->data);
    }
    handle->tell(message->data);
  }
}

Task<std::string> all_of(ChannelReader reader, std::size_t bytes_max) {
  std::string all;
  for (;;) {
    const Bytes piece = co_await reader.next_binary_async();
    if (!piece) {
      co_return all;
    }
    append(all, *piece, bytes_max);
  }
}

}  // namespace

const StreamChannelRef& ChannelReader::ref() const {
  return handle_->ref;
}

std::optional<ChannelMessage> ChannelReader::next() {
  return sdk::wait_for_channel(
             [this](sdk::ChannelEnd::Completion on_ended) { handle_->read(std::move(on_ended)); }
  ).value();
}

Result<std::optional<ChannelMessage>> ChannelReader::try_next() noexcept {
  return as_result([this] { return next(); });
}

ChannelNext ChannelReader::next_async() {
  return {
      [handle = handle_](ChannelNext::Completion on_ended) { handle->read(std::move(on_ended)); },
      [end = handle_->end](std::function<void()> resume) { end->run_user_code(std::move(resume)); }
  };
}

void ChannelReader::next(std::function<void(Result<Message> message)> on_ended) {
  handle_->read([end = std::weak_ptr(handle_->end),
                 callback =
                     std::make_shared<sdk::SingleCallback<Result<Message>>>(std::move(on_ended)
                     )](Result<Message> message) {
    auto run = [callback, message = std::move(message)]() mutable {
      callback->run(std::move(message));
    };
    if (const auto strong = end.lock()) {
      strong->run_user_code(std::move(run));
    } else {
      run();
    }
  });
}

void ChannelReader::on_message(std::function<void(const std::string& text)> callback) {
  handle_->add_listener(std::move(callback));
}

std::optional<std::string> ChannelReader::next_binary() {
  for (;;) {
    Message message = next();
    if (!message) {
      return std::nullopt;
    }
    if (!message->is_text) {
      return std::move(message->data);
    }
    handle_->tell(message->data);
  }
}

Result<std::optional<std::string>> ChannelReader::try_next_binary() noexcept {
  return as_result([this] { return next_binary(); });
}

Task<std::optional<std::string>> ChannelReader::next_binary_async() {
  return next_binary_of(*this, handle_);
}

std::string ChannelReader::read_all(std::size_t bytes_max) {
  std::string all;
  while (const Bytes piece = next_binary()) {
    append(all, *piece, bytes_max);
  }
  return all;
}

Result<std::string> ChannelReader::try_read_all(std::size_t bytes_max) noexcept {
  return as_result([this, bytes_max] { return read_all(bytes_max); });
}

Task<std::string> ChannelReader::read_all_async(std::size_t bytes_max) {
  return all_of(*this, bytes_max);
}

std::size_t ChannelReader::read_into(std::ostream& out) {
  std::size_t bytes = 0;
  while (const Bytes piece = next_binary()) {
    out.write(piece->data(), static_cast<std::streamsize>(piece->size()));
    if (!out) {
      throw std::ios_base::failure("what was read from a channel could not be written");
    }
    bytes += piece->size();
  }
  return bytes;
}

void ChannelReader::close() {
  handle_->close();
}

}  // namespace iii::inline v0
