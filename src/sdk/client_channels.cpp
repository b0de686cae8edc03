#include "sdk/call_end.hpp"
#include "sdk/driver_handle.hpp"  // IWYU pragma: keep

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>
#include <iii/trigger.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace iii::inline v0 {

namespace {

// What `engine::channels::create` answers.
struct CreatedChannel {
  StreamChannelRef writer;
  StreamChannelRef reader;
};
III_DESCRIBE(CreatedChannel, writer, reader)

TriggerRequest create_request(std::optional<std::uint32_t> buffer_size) {
  Json size = nullptr;
  if (buffer_size) {
    size = *buffer_size;
  }
  return {.function_id = "engine::channels::create", .payload = {{"buffer_size", size}}};
}

Result<Channel> channel_of(
    const Result<Json>& answer, const ChannelOpener& opener, const ChannelOptions& options
) {
  if (!answer) {
    return answer.error();
  }
  const auto created = from_json<CreatedChannel>(*answer);
  if (!created) {
    return created.error();
  }
  try {
    return Channel{
        .writer = opener.open_writer(created->writer, options),
        .reader = opener.open_reader(created->reader, options),
        .writer_ref = created->writer,
        .reader_ref = created->reader,
    };
  } catch (const Error& error) {
    return error;
  }
}

Task<Channel> create(
    Client client, std::optional<std::uint32_t> buffer_size, ChannelOptions options
) {
  TriggerRequest request = create_request(buffer_size);
  const Json answer = co_await client.trigger_async(std::move(request));
  co_return channel_of(answer, client.channel_opener(), options).value();
}

}  // namespace

Channel Client::create_channel(
    std::optional<std::uint32_t> buffer_size, const ChannelOptions& options
) {
  return try_create_channel(buffer_size, options).value();
}

Result<Channel> Client::try_create_channel(
    std::optional<std::uint32_t> buffer_size, const ChannelOptions& options
) noexcept {
  try {
    return channel_of(try_trigger(create_request(buffer_size)), channel_opener(), options);
  } catch (...) {
    return sdk::current_error();
  }
}

Task<Channel> Client::create_channel_async(
    std::optional<std::uint32_t> buffer_size, const ChannelOptions& options
) {
  return create(*this, buffer_size, options);
}

PendingCall Client::create_channel(
    std::optional<std::uint32_t> buffer_size,
    std::function<void(Result<Channel> channel)> on_ended,
    const ChannelOptions& options
) {
  return trigger(
      create_request(buffer_size),
      [opener = channel_opener(),
       callback = std::move(on_ended),
       options](const Result<Json>& answer) { callback(channel_of(answer, opener, options)); }
  );
}

ChannelReader Client::open_reader(const StreamChannelRef& ref, const ChannelOptions& options)
    const {
  return channel_opener().open_reader(ref, options);
}

ChannelWriter Client::open_writer(const StreamChannelRef& ref, const ChannelOptions& options)
    const {
  return channel_opener().open_writer(ref, options);
}

ChannelOpener Client::channel_opener() const {
  return ChannelOpener(handle_->driver);
}

}  // namespace iii::inline v0
