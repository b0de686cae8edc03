// The answers of `state::list_groups` and `stream::list_groups`: an array, or an object with the
// array in `groups`.
#pragma once

#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>

#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0::detail {

struct GroupNames {
  std::vector<std::string> names;
};

template <>
inline GroupNames read_answer<GroupNames>(const Json& answer) {
  const auto* const object = answer.if_object();
  const Json* const groups = object == nullptr ? &answer : object->if_contains("groups");
  return {
      groups == nullptr ? std::vector<std::string>()
                        : from_json<std::vector<std::string>>(*groups).value()
  };
}

inline Task<std::vector<std::string>> names_of(Task<GroupNames> groups) {
  GroupNames answer = co_await std::move(groups);
  co_return std::move(answer.names);
}

}  // namespace iii::inline v0::detail
