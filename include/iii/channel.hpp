// Channels: one stream of bytes, with texts in between, from one worker to another past the calls.
//
//   iii::Channel channel = client.create_channel();
//   iii::Json payload{{"file", iii::to_json(channel.reader_ref)}};
//   auto stored = client.trigger_future({.function_id = "files::store", .payload = payload});
//   channel.writer.write_file("report.pdf");
//   channel.writer.close();
//
//   // in files::store: opens what came in the payload
//   iii::ChannelReader reader = client.open_reader(ref);
//   while (auto bytes = reader.next_binary()) …
//
// Each end can be opened once, by whoever has its reference. Nothing is connected before the first
// operation. A writer waits while its reader is slow, and a reader that is not asked takes nothing
// in, so that neither side holds more than its buffer. Errors are of kind websocket: the engine
// does not know the channel, another has opened this end, the connection broke, the end has been
// closed; or not_connected once the client has been shut down. After an error an end is of no use.
//
// Readers and writers are handles: copies are the same end, any thread may use any of them, and
// operations of one end are served in the order in which they were started. Waiting operations
// block their thread; those with `async` are awaited, those with a callback run it on a thread of
// the client's pool. A client that shuts down ends all its channel ends.
#pragma once

#include <iii/channel_ref.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <coroutine>
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {
class Driver;
}  // namespace iii::sdk

namespace iii::inline v0 {

struct ChannelOptions {
  // Bytes that this process holds for one end beside those in operations: what a writer may be
  // ahead of its connection, what a reader takes before it is asked. One message may exceed it.
  std::size_t buffer_bytes_max = std::size_t{256} * 1024;
};

struct ChannelMessage {
  bool is_text = false;  // a message by itself; otherwise bytes of the stream, cut anywhere
  std::string data;

  friend bool operator==(const ChannelMessage&, const ChannelMessage&) = default;
};

namespace detail {

// One operation from its start to where it is awaited.
template <class T>
class ChannelAwaiter {
 public:
  using Completion = std::function<void(Result<T> result)>;
  // Starts the operation. The completion runs once, perhaps at once.
  using Start = std::function<void(Completion on_ended)>;
  // Runs what resumes the coroutine, on a thread of the pool.
  using Resume = std::function<void(std::function<void()> resume)>;

  ChannelAwaiter(Start start, Resume resume);

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiting);
  // Throws the error of the operation.
  // NOLINTNEXTLINE(modernize-use-nodiscard): a write is awaited only for its error
  T await_resume() const;

 private:
  struct State;
  // Shared with the completion: the coroutine may be gone before the start has returned.
  std::shared_ptr<State> state_;
  Start start_;
  Resume resume_;
};

}  // namespace detail

using ChannelNext = detail::ChannelAwaiter<std::optional<ChannelMessage>>;
using ChannelDone = detail::ChannelAwaiter<void>;

// The end that reads. Copies are the same end; the channel ends with the last one.
class ChannelReader {
 public:
  class Handle;
  explicit ChannelReader(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  [[nodiscard]] const StreamChannelRef& ref() const;

  // --- Everything, in order ---
  // The next text or piece of the stream; nullopt at its end, however often one asks.
  [[nodiscard]] std::optional<ChannelMessage> next();
  [[nodiscard]] Result<std::optional<ChannelMessage>> try_next() noexcept;
  [[nodiscard]] ChannelNext next_async();
  void next(std::function<void(Result<std::optional<ChannelMessage>> message)> on_ended);

  // --- The stream alone ---
  // Texts that are met on the way go to `callback` of each on_message(), in order and on the thread
  // that reads; without one they are lost. What a callback throws comes out of the read.
  void on_message(std::function<void(const std::string& text)> callback);
  // The next piece of the stream; nullopt at its end.
  [[nodiscard]] std::optional<std::string> next_binary();
  [[nodiscard]] Result<std::optional<std::string>> try_next_binary() noexcept;
  [[nodiscard]] Task<std::optional<std::string>> next_binary_async();
  static constexpr std::size_t read_all_bytes_max = std::size_t{64} * 1024 * 1024;
  // All of it. An error of kind websocket when there is more: streams of strangers may be endless.
  [[nodiscard]] std::string read_all(std::size_t bytes_max = read_all_bytes_max);
  [[nodiscard]] Result<std::string> try_read_all(
      std::size_t bytes_max = read_all_bytes_max
  ) noexcept;
  [[nodiscard]] Task<std::string> read_all_async(std::size_t bytes_max = read_all_bytes_max);
  // Copies all of it, of any size; how many bytes. Throws std::ios_base::failure if `out` fails.
  std::size_t read_into(std::ostream& out);

  // Gives up what has not been read, without waiting; the writer gets an error before long. Reads
  // that wait, and later ones, end with an error. So does dropping the last copy.
  void close();

 private:
  std::shared_ptr<Handle> handle_;
};

// The end that writes. Copies are the same end; the stream ends with the last one.
class ChannelWriter {
 public:
  class Handle;
  explicit ChannelWriter(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

  [[nodiscard]] const StreamChannelRef& ref() const;

  // --- The stream ---
  // Returns when all bytes have a place in the writer's buffer or with the system. They travel in
  // pieces of at most 64 KiB; pieces of writes that run at the same time are not mixed.
  void write(std::string_view bytes);
  [[nodiscard]] Status try_write(std::string_view bytes) noexcept;
  [[nodiscard]] ChannelDone write_async(std::string bytes);
  void write(std::string bytes, std::function<void(Status status)> on_ended);
  // To the end of `in`. Throws std::ios_base::failure if reading fails.
  void write_from(std::istream& in);
  // What `produce` gives until it gives nullopt.
  void write_from(const std::function<std::optional<std::string>()>& produce);
  [[nodiscard]] Task<void> write_from_async(std::function<std::optional<std::string>()> produce);
  // Throws std::system_error if the file cannot be read.
  void write_file(const std::string& path);

  // --- Texts ---
  // One message, UTF-8 and at most 64 MiB, otherwise an error of kind serde. It keeps its place
  // among the bytes.
  void send_message(std::string_view text);
  [[nodiscard]] Status try_send_message(std::string_view text) noexcept;
  [[nodiscard]] ChannelDone send_message_async(std::string text);
  void send_message(std::string text, std::function<void(Status status)> on_ended);

  // --- The end ---
  // Waits until the system has taken everything. The reader may still be far behind.
  void flush();
  [[nodiscard]] Status try_flush() noexcept;
  [[nodiscard]] ChannelDone flush_async();
  void flush(std::function<void(Status status)> on_ended);
  // Ends the stream after what has been written, and waits until the engine has confirmed it: it
  // does when its own buffer has room. Also a writer that was never used is opened, so that its
  // reader learns that there is nothing. Twice is harmless; writing afterwards is an error.
  void close();
  [[nodiscard]] Status try_close() noexcept;
  [[nodiscard]] ChannelDone close_async();
  void close(std::function<void(Status status)> on_ended);
  // Dropping the last copy closes too, without waiting, unless the writer was never used.

 private:
  std::shared_ptr<Handle> handle_;
};

// Opens ends, for code that must not keep its client alive: functions of the client above all.
class ChannelOpener {
 public:
  explicit ChannelOpener(std::weak_ptr<sdk::Driver> driver) : driver_(std::move(driver)) {}

  // Nothing is connected yet, so that errors of the engine come with the first operation. It is the
  // function that says which end is opened, not the reference. Throws Error: websocket for a
  // channel id that cannot be one, not_connected when the client is gone.
  [[nodiscard]] ChannelReader open_reader(
      const StreamChannelRef& ref, const ChannelOptions& options = {}
  ) const;
  // As open_reader().
  [[nodiscard]] ChannelWriter open_writer(
      const StreamChannelRef& ref, const ChannelOptions& options = {}
  ) const;

 private:
  std::weak_ptr<sdk::Driver> driver_;
};

struct Channel {
  ChannelWriter writer;
  ChannelReader reader;
  // To give away one of the ends, inside a payload: to_json(channel.reader_ref).
  StreamChannelRef writer_ref;
  StreamChannelRef reader_ref;
};

}  // namespace iii::inline v0
