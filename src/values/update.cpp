#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/update.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

// The engine takes a missing value for null.
III_DEFINE_DESCRIBED((UpdateSet, tagged("type", "set")), path, (value, defaulted))
III_DEFINE_DESCRIBED((UpdateMerge, tagged("type", "merge")), path, value)
III_DEFINE_DESCRIBED((UpdateIncrement, tagged("type", "increment")), path, by)
III_DEFINE_DESCRIBED((UpdateDecrement, tagged("type", "decrement")), path, by)
III_DEFINE_DESCRIBED((UpdateAppend, tagged("type", "append")), path, value)
III_DEFINE_DESCRIBED((UpdateRemove, tagged("type", "remove")), path)
III_DEFINE_DESCRIBED((UpdateOp, transparent), kind)
III_DEFINE_DESCRIBED(UpdateOpError, op_index, code, message, doc_url)
III_DEFINE_DESCRIBED(UpdateResult, old_value, new_value, (errors, omit_empty))
III_DEFINE_DESCRIBED(SetResult, old_value, new_value)
III_DEFINE_DESCRIBED(DeleteResult, old_value)

UpdateOp UpdateOp::set(std::string path, Json value) {
  return {UpdateSet{std::move(path), std::move(value)}};
}

UpdateOp UpdateOp::increment(std::string path, std::int64_t by) {
  return {UpdateIncrement{std::move(path), by}};
}

UpdateOp UpdateOp::decrement(std::string path, std::int64_t by) {
  return {UpdateDecrement{std::move(path), by}};
}

UpdateOp UpdateOp::remove(std::string path) {
  return {UpdateRemove{std::move(path)}};
}

UpdateOp UpdateOp::merge(Json value) {
  return {UpdateMerge{std::nullopt, std::move(value)}};
}

UpdateOp UpdateOp::merge_at(std::string member, Json value) {
  return {UpdateMerge{UpdatePath(std::move(member)), std::move(value)}};
}

UpdateOp UpdateOp::merge_at_path(std::vector<std::string> segments, Json value) {
  return {UpdateMerge{UpdatePath(std::move(segments)), std::move(value)}};
}

UpdateOp UpdateOp::append(std::string member, Json value) {
  return {UpdateAppend{UpdatePath(std::move(member)), std::move(value)}};
}

UpdateOp UpdateOp::append_root(Json value) {
  return {UpdateAppend{std::nullopt, std::move(value)}};
}

UpdateOp UpdateOp::append_at_path(std::vector<std::string> segments, Json value) {
  return {UpdateAppend{UpdatePath(std::move(segments)), std::move(value)}};
}

UpdateBuilder& UpdateBuilder::set(std::string path, Json value) {
  return add(UpdateOp::set(std::move(path), std::move(value)));
}

UpdateBuilder& UpdateBuilder::increment(std::string path, std::int64_t by) {
  return add(UpdateOp::increment(std::move(path), by));
}

UpdateBuilder& UpdateBuilder::decrement(std::string path, std::int64_t by) {
  return add(UpdateOp::decrement(std::move(path), by));
}

UpdateBuilder& UpdateBuilder::remove(std::string path) {
  return add(UpdateOp::remove(std::move(path)));
}

UpdateBuilder& UpdateBuilder::append(std::string member, Json value) {
  return add(UpdateOp::append(std::move(member), std::move(value)));
}

UpdateBuilder& UpdateBuilder::merge(Json value) {
  return add(UpdateOp::merge(std::move(value)));
}

UpdateBuilder& UpdateBuilder::add(UpdateOp op) {
  ops_.push_back(std::move(op));
  return *this;
}

std::vector<UpdateOp> UpdateBuilder::build() const {
  return ops_;
}

}  // namespace iii::inline v0
