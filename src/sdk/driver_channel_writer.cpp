// The faces of writing: blocking, awaited, with a callback.
#include "base/limits.hpp"
#include "sdk/call_end.hpp"
#include "sdk/channel_effects.hpp"
#include "sdk/channel_writer_machine.hpp"
#include "sdk/driver_callback.hpp"
#include "sdk/driver_channel.hpp"
#include "sdk/driver_channel_handles.hpp"
#include "sdk/frames.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/error.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <ios>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::inline v0 {

namespace {

using Command = ChannelWriter::Handle::Command;
using Handle = ChannelWriter::Handle;

Command write_of(sdk::ChannelBytes bytes) {
  return [bytes = std::move(bytes)](auto& machine, auto operation, auto& effects) mutable {
    machine.write(operation, std::move(bytes), effects);
  };
}

Command text_of(sdk::ChannelBytes text) {
  return [text = std::move(text)](auto& machine, auto operation, auto& effects) mutable {
    machine.send_text(operation, std::move(text), effects);
  };
}

Command flush_of() {
  return [](auto& machine, auto operation, auto& effects) { machine.flush(operation, effects); };
}

Command close_of() {
  return [](auto& machine, auto operation, auto& effects) { machine.close(operation, effects); };
}

// One bad text would cost the connection.
void require_text(const StreamChannelRef& ref, std::string_view text) {
  if (const std::string problem = sdk::problem_of_text(text); !problem.empty()) {
    throw Error::serde("a text for channel " + ref.channel_id + " " + problem);
  }
}

Status wait_for(Handle& handle, const Command& command) {
  return sdk::status_of(sdk::wait_for_channel([&](sdk::ChannelEnd::Completion on_ended) {
    handle.start(command, std::move(on_ended));
  }));
}

template <class Operation>
Status as_status(Operation operation) noexcept {
  try {
    operation();
    return {};
  } catch (...) {
    return sdk::current_error();
  }
}

// A text that cannot be sent refuses the operation when it is awaited or called back.
ChannelDone awaiter(
    const std::shared_ptr<Handle>& handle, Command command, const std::optional<Error>& refusal = {}
) {
  return {
      [handle, command = std::move(command), refusal](ChannelDone::Completion on_ended) {
        if (refusal) {
          on_ended(*refusal);
          return;
        }
        handle->start(
            command,
            [on_ended = std::move(on_ended)](const sdk::ChannelOutcome& outcome) {
              on_ended(sdk::status_of(outcome));
            }
        );
      },
      [end = handle->end](std::function<void()> resume) { end->run_user_code(std::move(resume)); }
  };
}

void call_back(
    const std::shared_ptr<Handle>& handle,
    const Command& command,
    std::function<void(Status status)> on_ended
) {
  handle->start(
      command,
      [end = std::weak_ptr(handle->end),
       callback = std::make_shared<sdk::SingleCallback<Status>>(std::move(on_ended)
       )](const sdk::ChannelOutcome& outcome) {
        auto run = [callback, status = sdk::status_of(outcome)] { callback->run(status); };
        if (const auto strong = end.lock()) {
          strong->run_user_code(std::move(run));
        } else {
          run();
        }
      }
  );
}

Task<void> write_all(ChannelWriter writer, std::function<std::optional<std::string>()> produce) {
  while (std::optional<std::string> piece = produce()) {
    co_await writer.write_async(*std::move(piece));
  }
}

}  // namespace

const StreamChannelRef& ChannelWriter::ref() const {
  return handle_->ref;
}

void ChannelWriter::write(std::string_view bytes) {
  wait_for(*handle_, write_of(sdk::ChannelBytes::borrowed(bytes))).value();
}

Status ChannelWriter::try_write(std::string_view bytes) noexcept {
  return as_status([&] { write(bytes); });
}

ChannelDone ChannelWriter::write_async(std::string bytes) {
  return awaiter(handle_, write_of(sdk::ChannelBytes::owned(std::move(bytes))));
}

void ChannelWriter::write(std::string bytes, std::function<void(Status status)> on_ended) {
  call_back(handle_, write_of(sdk::ChannelBytes::owned(std::move(bytes))), std::move(on_ended));
}

void ChannelWriter::write_from(std::istream& in) {
  std::string piece(base::limits::channel_frame_bytes_max, '\0');
  while (in) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (in.bad()) {
      throw std::ios_base::failure("what was to be written to a channel could not be read");
    }
    if (in.gcount() > 0) {
      write(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
    }
  }
}

void ChannelWriter::write_from(const std::function<std::optional<std::string>()>& produce) {
  while (const std::optional<std::string> piece = produce()) {
    write(*piece);
  }
}

Task<void> ChannelWriter::write_from_async(std::function<std::optional<std::string>()> produce) {
  return write_all(*this, std::move(produce));
}

void ChannelWriter::write_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::system_error(errno, std::generic_category(), "file '" + path + "'");
  }
  try {
    write_from(file);
  } catch (const std::ios_base::failure&) {
    throw std::system_error(
        std::make_error_code(std::errc::io_error), "file '" + path + "' cannot be read"
    );
  }
}

void ChannelWriter::send_message(std::string_view text) {
  require_text(handle_->ref, text);
  wait_for(*handle_, text_of(sdk::ChannelBytes::borrowed(text))).value();
}

Status ChannelWriter::try_send_message(std::string_view text) noexcept {
  return as_status([&] { send_message(text); });
}

ChannelDone ChannelWriter::send_message_async(std::string text) {
  const Status status = as_status([&] { require_text(handle_->ref, text); });
  return awaiter(
      handle_,
      text_of(sdk::ChannelBytes::owned(std::move(text))),
      status ? std::nullopt : std::optional(status.error())
  );
}

void ChannelWriter::send_message(std::string text, std::function<void(Status status)> on_ended) {
  if (const Status status = as_status([&] { require_text(handle_->ref, text); }); !status) {
    const auto callback = std::make_shared<sdk::SingleCallback<Status>>(std::move(on_ended));
    handle_->end->run_user_code([callback, status] { callback->run(status); });
    return;
  }
  call_back(handle_, text_of(sdk::ChannelBytes::owned(std::move(text))), std::move(on_ended));
}

void ChannelWriter::flush() {
  wait_for(*handle_, flush_of()).value();
}

Status ChannelWriter::try_flush() noexcept {
  return as_status([this] { flush(); });
}

ChannelDone ChannelWriter::flush_async() {
  return awaiter(handle_, flush_of());
}

void ChannelWriter::flush(std::function<void(Status status)> on_ended) {
  call_back(handle_, flush_of(), std::move(on_ended));
}

void ChannelWriter::close() {
  wait_for(*handle_, close_of()).value();
}

Status ChannelWriter::try_close() noexcept {
  return as_status([this] { close(); });
}

ChannelDone ChannelWriter::close_async() {
  return awaiter(handle_, close_of());
}

void ChannelWriter::close(std::function<void(Status status)> on_ended) {
  call_back(handle_, close_of(), std::move(on_ended));
}

}  // namespace iii::inline v0
