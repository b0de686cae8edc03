// A stream that this worker stores instead of the engine: whoever uses StreamClient does not
// notice. The engine is one for tests, inside of this program.
#include <iii/client.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/stream.hpp>
#include <iii/stream_client.hpp>
#include <iii/testing.hpp>
#include <iii/update.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

// Functions run on several threads.
class Carts final : public iii::StreamProvider {
 public:
  std::optional<iii::Json> get(const iii::StreamGetInput& input) override {
    const std::lock_guard lock(mutex_);
    const auto& group = groups_[input.group_id];
    const auto item = group.find(input.item_id);
    return item == group.end() ? std::nullopt : std::optional(item->second);
  }
  iii::SetResult set(const iii::StreamSetInput& input) override {
    const std::lock_guard lock(mutex_);
    iii::Json& item = groups_[input.group_id][input.item_id];
    const iii::Json before = std::exchange(item, input.data);
    return {.old_value = before, .new_value = input.data};
  }
  iii::DeleteResult erase(const iii::StreamDeleteInput& input) override {
    const std::lock_guard lock(mutex_);
    const auto node = groups_[input.group_id].extract(input.item_id);
    return {.old_value = node ? node.mapped() : iii::Json()};
  }
  std::vector<iii::Json> list(const iii::StreamListInput& input) override {
    const std::lock_guard lock(mutex_);
    std::vector<iii::Json> items;
    const auto& group = groups_[input.group_id];
    items.reserve(group.size());
    for (const auto& [id, item] : group) {
      items.push_back(item);
    }
    return items;
  }
  std::vector<std::string> list_groups(const iii::StreamListGroupsInput&) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    names.reserve(groups_.size());
    for (const auto& [name, group] : groups_) {
      names.push_back(name);
    }
    return names;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::map<std::string, iii::Json>> groups_;
};

// In place of the engine's stream worker: it asks who stores the stream.
void stand_in_for_the_engine(iii::Client& client) {
  for (const char* const operation : {"get", "set", "delete", "list", "list_groups"}) {
    const std::string id = std::string("stream::").append(operation);
    client.register_function(id, [&client, id](const iii::Json& input) {
      std::string own = id;
      own.append("(").append(input.at("stream_name").as_string()).append(")");
      return client.trigger(own, input);
    });
  }
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client shop = engine.connect();
  const iii::Client till = engine.connect();
  stand_in_for_the_engine(shop);
  const std::vector<iii::FunctionRef> functions =
      iii::create_stream(shop, "carts", std::make_shared<Carts>());
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  {
    const iii::StreamClient streams(till);
    streams.set({"carts", "ada", "tea"}, iii::Json{{"count", 2}});
    streams.set({"carts", "ada", "milk"}, iii::Json{{"count", 1}});
    streams.erase({"carts", "ada", "milk"});
    std::cout << iii::serialize(streams.get({"carts", "ada", "tea"}).value_or(nullptr)) << ' '
              << streams.list("carts", "ada").size() << " item of "
              << streams.list_groups("carts").size() << " cart\n";
  }
  for (const iii::FunctionRef& function : functions) {
    function.unregister();  // gives the stream back to the engine
  }
}
