// Of StateClient what is compiled once.
#include "sdk/group_names.hpp"

#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/json.hpp>
#include <iii/state.hpp>
#include <iii/state_client.hpp>
#include <iii/task.hpp>
#include <iii/update.hpp>

#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace {

Json update_input(const std::string& scope, const std::string& key, std::vector<UpdateOp> ops) {
  return to_json(StateUpdateInput{scope, key, std::move(ops)});
}

}  // namespace

UpdateResult StateClient::update(
    const std::string& scope, const std::string& key, std::vector<UpdateOp> ops
) const {
  return operations_.call<UpdateResult>("state::update", update_input(scope, key, std::move(ops)));
}

UpdateResult StateClient::update(
    const std::string& scope, const std::string& key, const UpdateBuilder& builder
) const {
  return update(scope, key, builder.build());
}

Task<UpdateResult> StateClient::update_async(
    const std::string& scope, const std::string& key, std::vector<UpdateOp> ops
) const {
  return operations_.call_async<UpdateResult>(
      "state::update", update_input(scope, key, std::move(ops))
  );
}

std::vector<std::string> StateClient::list_groups() const {
  return operations_.call<detail::GroupNames>("state::list_groups", JsonObject()).names;
}

Task<std::vector<std::string>> StateClient::list_groups_async() const {
  return detail::names_of(
      operations_.call_async<detail::GroupNames>("state::list_groups", JsonObject())
  );
}

Json StateClient::get_input(const std::string& scope, const std::string& key) {
  return to_json(StateGetInput{scope, key});
}

Json StateClient::delete_input(const std::string& scope, const std::string& key) {
  return to_json(StateDeleteInput{scope, key});
}

Json StateClient::set_input(const std::string& scope, const std::string& key, Json value) {
  return to_json(StateSetInput{scope, key, std::move(value)});
}

Json StateClient::list_input(const std::string& scope) {
  return to_json(StateListInput{scope});
}

}  // namespace iii::inline v0
