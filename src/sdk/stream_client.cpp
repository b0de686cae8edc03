// Of the clients and providers of streams what is compiled once.
#include "sdk/group_names.hpp"

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/stream.hpp>
#include <iii/stream_client.hpp>
#include <iii/task.hpp>
#include <iii/update.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace {

Json delete_input(const StreamItem& item) {
  return to_json(StreamDeleteInput{item.stream_name, item.group_id, item.item_id});
}

Json update_input(const StreamItem& item, std::vector<UpdateOp> ops) {
  return to_json(StreamUpdateInput{item.stream_name, item.group_id, item.item_id, std::move(ops)});
}

// The parentheses are part of the ids (spec: stream §4).
void add_functions(
    Client& client,
    const std::string& name,
    const std::shared_ptr<StreamProvider>& provider,
    std::vector<FunctionRef>& functions
) {
  const auto add = [&](const std::string& operation, Function function) {
    functions.push_back(
        client.register_function("stream::" + operation + "(" + name + ")", std::move(function))
    );
  };
  add("get",
      [provider](const StreamGetInput& input) { return provider->get(input).value_or(nullptr); });
  add("set", [provider](const StreamSetInput& input) { return provider->set(input); });
  add("delete", [provider](const StreamDeleteInput& input) { return provider->erase(input); });
  add("list", [provider](const StreamListInput& input) { return provider->list(input); });
  add("list_groups",
      [provider](const StreamListGroupsInput& input) { return provider->list_groups(input); });
  if (const auto updating = std::dynamic_pointer_cast<UpdatingStreamProvider>(provider)) {
    add("update", [updating](const StreamUpdateInput& input) { return updating->update(input); });
  }
}

}  // namespace

DeleteResult StreamClient::erase(const StreamItem& item) const {
  return operations_.call<DeleteResult>("stream::delete", delete_input(item));
}

Task<DeleteResult> StreamClient::erase_async(const StreamItem& item) const {
  return operations_.call_async<DeleteResult>("stream::delete", delete_input(item));
}

UpdateResult StreamClient::update(const StreamItem& item, std::vector<UpdateOp> ops) const {
  return operations_.call<UpdateResult>("stream::update", update_input(item, std::move(ops)));
}

UpdateResult StreamClient::update(const StreamItem& item, const UpdateBuilder& builder) const {
  return update(item, builder.build());
}

Task<UpdateResult> StreamClient::update_async(const StreamItem& item, std::vector<UpdateOp> ops)
    const {
  return operations_.call_async<UpdateResult>("stream::update", update_input(item, std::move(ops)));
}

std::vector<std::string> StreamClient::list_groups(const std::string& stream_name) const {
  return operations_
      .call<detail::GroupNames>("stream::list_groups", to_json(StreamListGroupsInput{stream_name}))
      .names;
}

Task<std::vector<std::string>> StreamClient::list_groups_async(const std::string& stream_name
) const {
  return detail::names_of(operations_.call_async<detail::GroupNames>(
      "stream::list_groups", to_json(StreamListGroupsInput{stream_name})
  ));
}

StreamListAllResult StreamClient::list_all() const {
  return operations_.call<StreamListAllResult>("stream::list_all", JsonObject());
}

Task<StreamListAllResult> StreamClient::list_all_async() const {
  return operations_.call_async<StreamListAllResult>("stream::list_all", JsonObject());
}

void StreamClient::send(const StreamSendInput& message) const {
  operations_.call<void>("stream::send", to_json(message));
}

Task<void> StreamClient::send_async(const StreamSendInput& message) const {
  return operations_.call_async<void>("stream::send", to_json(message));
}

Json StreamClient::get_input(const StreamItem& item) {
  return to_json(StreamGetInput{item.stream_name, item.group_id, item.item_id});
}

Json StreamClient::set_input(const StreamItem& item, Json data) {
  return to_json(StreamSetInput{item.stream_name, item.group_id, item.item_id, std::move(data)});
}

Json StreamClient::list_input(const std::string& stream_name, const std::string& group_id) {
  return to_json(StreamListInput{stream_name, group_id});
}

std::vector<FunctionRef> create_stream(
    Client client, const std::string& name, const std::shared_ptr<StreamProvider>& provider
) {
  std::vector<FunctionRef> functions;
  try {
    add_functions(client, name, provider, functions);
  } catch (...) {
    // All or nothing: nobody would have the handles.
    for (const FunctionRef& function : functions) {
      function.unregister();
    }
    throw;
  }
  return functions;
}

}  // namespace iii::inline v0
