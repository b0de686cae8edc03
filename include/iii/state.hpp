// Payloads and results of the functions `state::…`: values under a scope and a key.
//
//   client.trigger({.function_id = "state::set",
//                   .payload = iii::to_json(iii::StateSetInput{"fleet", "truck-7", truck})});
//
// `state::get` and `state::delete` answer with the value itself, or null; `state::list` with an
// array of values; `state::set` with a SetResult, `state::update` with an UpdateResult
// (update.hpp).
#pragma once

#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/update.hpp>

#include <string>
#include <vector>

namespace iii::inline v0 {

struct StateGetInput {
  std::string scope;
  std::string key;
};
III_DECLARE_DESCRIBED(StateGetInput)

struct StateSetInput {
  std::string scope;
  std::string key;
  Json value;
};
III_DECLARE_DESCRIBED(StateSetInput)

struct StateDeleteInput {
  std::string scope;
  std::string key;
};
III_DECLARE_DESCRIBED(StateDeleteInput)

struct StateUpdateInput {
  std::string scope;
  std::string key;
  std::vector<UpdateOp> ops;
};
III_DECLARE_DESCRIBED(StateUpdateInput)

struct StateListInput {
  std::string scope;
};
III_DECLARE_DESCRIBED(StateListInput)

// `state::list_groups` wants an object.
struct StateListGroupsInput {};
III_DECLARE_DESCRIBED(StateListGroupsInput)

struct StateListGroupsResult {
  std::vector<std::string> groups;  // the scopes, sorted
};
III_DECLARE_DESCRIBED(StateListGroupsResult)

}  // namespace iii::inline v0
