// Changes inside a stored value, applied by the engine in one step: `state::update` and
// `stream::update` take a list of them.
//
//   iii::StateUpdateInput{
//       .scope = "fleet", .key = "truck-7",
//       .ops = iii::UpdateBuilder().increment("km", 35).append("stops", "Lyon").build()};
//
// A change that cannot be made is skipped and listed in UpdateResult::errors; the call succeeds.
#pragma once

#include <iii/describe.hpp>
#include <iii/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace iii::inline v0 {

// One member of the root, or literal segments from it. Dots are never special. Without a path, with
// "" or without segments it is the root.
using UpdatePath = std::variant<std::string, std::vector<std::string>>;

struct UpdateSet {
  std::string path;
  Json value;
  friend bool operator==(const UpdateSet&, const UpdateSet&) = default;
};
III_DECLARE_DESCRIBED(UpdateSet)

struct UpdateMerge {
  std::optional<UpdatePath> path = {};
  Json value;  // an object
  friend bool operator==(const UpdateMerge&, const UpdateMerge&) = default;
};
III_DECLARE_DESCRIBED(UpdateMerge)

struct UpdateIncrement {
  std::string path;
  std::int64_t by = 0;
  friend bool operator==(const UpdateIncrement&, const UpdateIncrement&) = default;
};
III_DECLARE_DESCRIBED(UpdateIncrement)

struct UpdateDecrement {
  std::string path;
  std::int64_t by = 0;
  friend bool operator==(const UpdateDecrement&, const UpdateDecrement&) = default;
};
III_DECLARE_DESCRIBED(UpdateDecrement)

// Engines of line 0.11 take a path of one member only.
struct UpdateAppend {
  std::optional<UpdatePath> path = {};
  Json value;
  friend bool operator==(const UpdateAppend&, const UpdateAppend&) = default;
};
III_DECLARE_DESCRIBED(UpdateAppend)

struct UpdateRemove {
  std::string path;
  friend bool operator==(const UpdateRemove&, const UpdateRemove&) = default;
};
III_DECLARE_DESCRIBED(UpdateRemove)

struct UpdateOp {
  using Kind = std::
      variant<UpdateSet, UpdateMerge, UpdateIncrement, UpdateDecrement, UpdateAppend, UpdateRemove>;

  Kind kind;

  [[nodiscard]] static UpdateOp set(std::string path, Json value);
  [[nodiscard]] static UpdateOp increment(std::string path, std::int64_t by);
  [[nodiscard]] static UpdateOp decrement(std::string path, std::int64_t by);
  [[nodiscard]] static UpdateOp remove(std::string path);
  // Into the root.
  [[nodiscard]] static UpdateOp merge(Json value);
  [[nodiscard]] static UpdateOp merge_at(std::string member, Json value);
  [[nodiscard]] static UpdateOp merge_at_path(std::vector<std::string> segments, Json value);
  [[nodiscard]] static UpdateOp append(std::string member, Json value);
  [[nodiscard]] static UpdateOp append_root(Json value);
  [[nodiscard]] static UpdateOp append_at_path(std::vector<std::string> segments, Json value);

  friend bool operator==(const UpdateOp&, const UpdateOp&) = default;
};
III_DECLARE_DESCRIBED(UpdateOp)

class UpdateBuilder {
 public:
  UpdateBuilder& set(std::string path, Json value);
  UpdateBuilder& increment(std::string path, std::int64_t by);
  UpdateBuilder& decrement(std::string path, std::int64_t by);
  UpdateBuilder& remove(std::string path);
  UpdateBuilder& append(std::string member, Json value);
  UpdateBuilder& merge(Json value);
  UpdateBuilder& add(UpdateOp op);

  [[nodiscard]] std::vector<UpdateOp> build() const { return ops_; }

 private:
  std::vector<UpdateOp> ops_;
};

struct UpdateOpError {
  std::int64_t op_index = 0;
  std::string code;
  std::string message;
  std::optional<std::string> doc_url;
  friend bool operator==(const UpdateOpError&, const UpdateOpError&) = default;
};
III_DECLARE_DESCRIBED(UpdateOpError)

struct UpdateResult {
  std::optional<Json> old_value;
  Json new_value;
  std::vector<UpdateOpError> errors;
  friend bool operator==(const UpdateResult&, const UpdateResult&) = default;
};
III_DECLARE_DESCRIBED(UpdateResult)

struct SetResult {
  std::optional<Json> old_value;
  Json new_value;
  friend bool operator==(const SetResult&, const SetResult&) = default;
};
III_DECLARE_DESCRIBED(SetResult)

struct DeleteResult {
  std::optional<Json> old_value;
  friend bool operator==(const DeleteResult&, const DeleteResult&) = default;
};
III_DECLARE_DESCRIBED(DeleteResult)

}  // namespace iii::inline v0
