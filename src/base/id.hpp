// Ids as types: an Id<Tag, Rep> is made explicitly, read explicitly, compared, hashed and printed,
// and nothing else. Mixing two kinds of id does not compile (tests/compile_fail).
#pragma once

#include "base/uuid.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace iii::base {

template <class Tag, class Rep>
class Id {
 public:
  Id() = default;
  explicit Id(Rep value) : value_(std::move(value)) {}

  [[nodiscard]] const Rep& value() const noexcept { return value_; }

  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.value_; }

  // For boost::unordered containers and std ones alike.
  friend std::size_t hash_value(const Id& id) noexcept { return std::hash<Rep>{}(id.value_); }

 private:
  Rep value_{};
};

// One accepted socket, or one in-process worker. Never used twice in a process.
using ConnectionId = Id<struct ConnectionTag, std::uint64_t>;
// What the wire calls `worker_id`: made by the engine, new for each connection.
using WorkerId = Id<struct WorkerTag, Uuid>;
using InvocationId = Id<struct InvocationTag, Uuid>;
using ChannelId = Id<struct ChannelTag, Uuid>;
using FunctionId = Id<struct FunctionTag, std::string>;
using TriggerId = Id<struct TriggerTag, std::string>;
using TriggerTypeId = Id<struct TriggerTypeTag, std::string>;

}  // namespace iii::base

template <class Tag, class Rep>
struct std::hash<iii::base::Id<Tag, Rep>> {
  std::size_t operator()(const iii::base::Id<Tag, Rep>& id) const noexcept {
    return hash_value(id);
  }
};
