// The engine's streams: items in groups, whose changes are told to whoever follows them, kept by
// its worker `iii-stream`.
//
//   const iii::StreamClient stream(client);
//   stream.set({"chat", "room-9", "m-1"}, message);                         // any described type
//   stream.send({.stream_name = "chat", .group_id = "room-9", .type = "typing", .data = who});
//
// Each operation is one call of a function `stream::…` and throws the Error of that call; the same
// names with _async give a Task to co_await. An item that is absent and one that is null look the
// same: nothing. A value; any thread may use it.
//
// A worker that stores a stream itself implements StreamProvider and calls create_stream().
#pragma once

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/stream.hpp>
#include <iii/task.hpp>
#include <iii/update.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

// Where an item is.
struct StreamItem {
  std::string stream_name;
  std::string group_id;
  std::string item_id;
};

class StreamClient {
 public:
  // `timeout` of each call; none: InitOptions::invocation_timeout.
  explicit StreamClient(
      Client client, std::optional<std::chrono::milliseconds> timeout = std::nullopt
  )
      : operations_(std::move(client), timeout) {}

  // The item; nothing when there is none. Throws Error of kind serde when it is no T.
  template <class T = Json>
  [[nodiscard]] std::optional<T> get(const StreamItem& item) const {
    return operations_.call<std::optional<T>>("stream::get", get_input(item));
  }
  template <class T = Json>
  [[nodiscard]] Task<std::optional<T>> get_async(const StreamItem& item) const {
    return operations_.call_async<std::optional<T>>("stream::get", get_input(item));
  }

  // Replaces the whole item, and tells followers.
  template <class T>
  // NOLINTNEXTLINE(modernize-use-nodiscard): what was there before may be of no interest
  SetResult set(const StreamItem& item, const T& data) const {
    return operations_.call<SetResult>("stream::set", set_input(item, detail::payload_of(data)));
  }
  template <class T>
  [[nodiscard]] Task<SetResult> set_async(const StreamItem& item, const T& data) const {
    return operations_.call_async<SetResult>(
        "stream::set", set_input(item, detail::payload_of(data))
    );
  }

  // Removes it (`stream::delete`), and tells followers if it was there.
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  DeleteResult erase(const StreamItem& item) const;
  [[nodiscard]] Task<DeleteResult> erase_async(const StreamItem& item) const;

  // All changes in one step. Those that cannot be made are skipped and listed in the result.
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  UpdateResult update(const StreamItem& item, std::vector<UpdateOp> ops) const;
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  UpdateResult update(const StreamItem& item, const UpdateBuilder& builder) const;
  [[nodiscard]] Task<UpdateResult> update_async(const StreamItem& item, std::vector<UpdateOp> ops)
      const;

  // The items of a group, without their ids.
  template <class T = Json>
  [[nodiscard]] std::vector<T> list(const std::string& stream_name, const std::string& group_id)
      const {
    return operations_.call<std::vector<T>>("stream::list", list_input(stream_name, group_id));
  }
  template <class T = Json>
  [[nodiscard]] Task<std::vector<T>> list_async(
      const std::string& stream_name, const std::string& group_id
  ) const {
    return operations_.call_async<std::vector<T>>(
        "stream::list", list_input(stream_name, group_id)
    );
  }

  // The groups of a stream, in no order.
  [[nodiscard]] std::vector<std::string> list_groups(const std::string& stream_name) const;
  [[nodiscard]] Task<std::vector<std::string>> list_groups_async(const std::string& stream_name
  ) const;

  // Every stream that the engine itself stores, sorted.
  [[nodiscard]] StreamListAllResult list_all() const;
  [[nodiscard]] Task<StreamListAllResult> list_all_async() const;

  // Tells followers something without storing it.
  void send(const StreamSendInput& message) const;
  [[nodiscard]] Task<void> send_async(const StreamSendInput& message) const;

 private:
  static Json get_input(const StreamItem& item);
  static Json set_input(const StreamItem& item, Json data);
  static Json list_input(const std::string& stream_name, const std::string& group_id);

  detail::Operations operations_;
};

// Stores a stream in place of the engine, which still tells followers and fires triggers. Runs on
// threads of the handler pool, several at a time. What it throws ends the engine's operation.
class StreamProvider {
 public:
  StreamProvider() = default;
  StreamProvider(const StreamProvider&) = delete;
  StreamProvider& operator=(const StreamProvider&) = delete;
  virtual ~StreamProvider() = default;

  // Nothing: there is no such item.
  virtual std::optional<Json> get(const StreamGetInput& input) = 0;
  // `old_value` decides whether followers are told of a new item or a changed one.
  virtual SetResult set(const StreamSetInput& input) = 0;
  // Also of an item that is not there.
  virtual DeleteResult erase(const StreamDeleteInput& input) = 0;
  // The items of a group, without their ids.
  virtual std::vector<Json> list(const StreamListInput& input) = 0;
  // The groups, in any order.
  virtual std::vector<std::string> list_groups(const StreamListGroupsInput& input) = 0;
};

// One that applies update operations too. Without it the engine applies `stream::update` of this
// stream to its own storage.
class UpdatingStreamProvider : public StreamProvider {
 public:
  // All changes in one step; those that cannot be made are skipped and listed in the result.
  virtual UpdateResult update(const StreamUpdateInput& input) = 0;
};

// Registers the functions `stream::get(<name>)` … that take over the stream. Unregistering them
// gives the stream back. Throws std::invalid_argument when this client has them already.
std::vector<FunctionRef> create_stream(
    Client client, const std::string& name, const std::shared_ptr<StreamProvider>& provider
);

}  // namespace iii::inline v0
