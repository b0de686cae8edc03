// Payloads and results of the functions `stream::…`: items in groups, whose changes clients follow.
//
// `stream::get` answers with the item itself, or null; `stream::list` with an array of items;
// `stream::list_groups` with an array of names; `stream::set` with a SetResult, `stream::delete`
// with a DeleteResult, `stream::update` with an UpdateResult (update.hpp). A worker that stores a
// stream of its own takes the same inputs and gives the same results.
#pragma once

#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/update.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace iii::inline v0 {

struct StreamGetInput {
  std::string stream_name;
  std::string group_id;
  std::string item_id;
};
III_DECLARE_DESCRIBED(StreamGetInput)

struct StreamSetInput {
  std::string stream_name;
  std::string group_id;
  std::string item_id;
  Json data;
};
III_DECLARE_DESCRIBED(StreamSetInput)

struct StreamDeleteInput {
  std::string stream_name;
  std::string group_id;
  std::string item_id;
};
III_DECLARE_DESCRIBED(StreamDeleteInput)

struct StreamUpdateInput {
  std::string stream_name;
  std::string group_id;
  std::string item_id;
  std::vector<UpdateOp> ops;
};
III_DECLARE_DESCRIBED(StreamUpdateInput)

struct StreamListInput {
  std::string stream_name;
  std::string group_id;
};
III_DECLARE_DESCRIBED(StreamListInput)

struct StreamListGroupsInput {
  std::string stream_name;
};
III_DECLARE_DESCRIBED(StreamListGroupsInput)

// `stream::list_all` wants an object.
struct StreamListAllInput {};
III_DECLARE_DESCRIBED(StreamListAllInput)

struct StreamSummary {
  std::string id;
  std::vector<std::string> groups;
};
III_DECLARE_DESCRIBED(StreamSummary)

struct StreamListAllResult {
  std::vector<StreamSummary> stream;  // the name on the wire is singular
  std::uint64_t count = 0;
};
III_DECLARE_DESCRIBED(StreamListAllResult)

// Tells subscribers something without storing it.
struct StreamSendInput {
  std::string stream_name;
  std::string group_id;
  std::string type;  // a free label
  Json data;
  std::optional<std::string> id = {};  // with it, subscribers of that item are told too
};
III_DECLARE_DESCRIBED(StreamSendInput)

// Of the function that is asked when a client connects to the stream port. It cannot refuse: its
// context reaches the functions behind `stream:join`, which can.
struct StreamAuthInput {
  std::map<std::string, std::string> headers;  // names in lower case
  std::string path;
  std::map<std::string, std::vector<std::string>> query_params;  // not percent-decoded
  std::string addr;                                              // "127.0.0.1:53122"
};
III_DECLARE_DESCRIBED(StreamAuthInput)

struct StreamAuthResult {
  std::optional<Json> context = {};
};
III_DECLARE_DESCRIBED(StreamAuthResult)

// Of a function behind `stream:join`.
struct StreamJoinResult {
  bool unauthorized = false;
};
III_DECLARE_DESCRIBED(StreamJoinResult)

}  // namespace iii::inline v0
