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

// One change, made by one of the functions.
struct UpdateOp {
  using Kind = std::
      variant<UpdateSet, UpdateMerge, UpdateIncrement, UpdateDecrement, UpdateAppend, UpdateRemove>;

  Kind kind;

  // Puts the value there, whatever was. "": the root.
  [[nodiscard]] static UpdateOp set(std::string path, Json value);
  // Adds to a number; what is missing counts as 0.
  [[nodiscard]] static UpdateOp increment(std::string path, std::int64_t by);
  // Subtracts likewise.
  [[nodiscard]] static UpdateOp decrement(std::string path, std::int64_t by);
  // Takes the member away; nothing happens if there is none.
  [[nodiscard]] static UpdateOp remove(std::string path);
  // Into the root.
  [[nodiscard]] static UpdateOp merge(Json value);
  // Into one member of the root.
  [[nodiscard]] static UpdateOp merge_at(std::string member, Json value);
  // Into what the segments lead to.
  [[nodiscard]] static UpdateOp merge_at_path(std::vector<std::string> segments, Json value);
  // To an array, or a text to a text, in one member of the root.
  [[nodiscard]] static UpdateOp append(std::string member, Json value);
  // To the root.
  [[nodiscard]] static UpdateOp append_root(Json value);
  // To what the segments lead to.
  [[nodiscard]] static UpdateOp append_at_path(std::vector<std::string> segments, Json value);

  friend bool operator==(const UpdateOp&, const UpdateOp&) = default;
};
III_DECLARE_DESCRIBED(UpdateOp)

// A list of changes, in the order in which they are made.
class UpdateBuilder {
 public:
  // As UpdateOp::set().
  UpdateBuilder& set(std::string path, Json value);
  // As UpdateOp::increment().
  UpdateBuilder& increment(std::string path, std::int64_t by);
  // As UpdateOp::decrement().
  UpdateBuilder& decrement(std::string path, std::int64_t by);
  // As UpdateOp::remove().
  UpdateBuilder& remove(std::string path);
  // As UpdateOp::append().
  UpdateBuilder& append(std::string member, Json value);
  // As UpdateOp::merge().
  UpdateBuilder& merge(Json value);
  // Any other change.
  UpdateBuilder& add(UpdateOp op);

  [[nodiscard]] std::vector<UpdateOp> build() const;

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
