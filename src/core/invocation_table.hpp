// The calls that somebody waits for: who asked, who was asked, until when. An entry exists before
// its message leaves the core, so no answer can come too early, and it ends exactly once (spec:
// engine-core §20.1).
//
// Entries live in slots that are reused with the memory of their strings, so a call allocates
// nothing once the table is warm. Each entry stands in three lists: of its caller, of its target,
// and of age (all entries of default deadline, oldest first).
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/connection.hpp"
#include "core/function_table.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace iii::core {

// What is done with the outcome.
enum class Purpose : std::uint8_t {
  call,       // pass it to the caller
  enqueue,    // answer the caller with a receipt, or with enqueue_error
  condition,  // decide whether a trigger's function runs
};

// What the caller is told when the deadline passes.
enum class DeadlineCode : std::uint8_t {
  timeout,
  stopped,  // the executing worker reattached and never answered
};

struct Invocation {
  base::InvocationId id;
  Connection* caller = nullptr;  // null for the engine's own calls
  Connection* target = nullptr;
  Function* function = nullptr;  // as the caller named it
  Purpose purpose = Purpose::call;
  // With Purpose::enqueue: the receipt, and the call that is answered with it.
  base::Uuid receipt;
  base::InvocationId answered_id;
  std::string answered_function_json;
  std::uint64_t continuation = 0;  // with Purpose::condition
  base::MonotonicTime deadline = base::never;
  DeadlineCode deadline_code = DeadlineCode::timeout;
  // Echoed to the caller as it sent them.
  std::string traceparent_json;
  std::string baggage_json;
  std::uint32_t slot = 0;  // the table's
};

class InvocationTable {
 public:
  // `hash_seed`: a secret, because callers choose ids.
  explicit InvocationTable(std::uint64_t hash_seed) : by_id_(0, Hash{hash_seed}) {}

  [[nodiscard]] Invocation* find(base::InvocationId id);
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }

  struct Opening {
    base::InvocationId id;
    Connection* caller = nullptr;
    Connection* target = nullptr;
    Function* function = nullptr;
    base::MonotonicTime deadline = base::never;
    // The deadline is the common one of all calls, so that entries are opened in the order of their
    // deadlines.
    bool is_aging = true;
  };
  // Precondition: no entry has this id.
  Invocation& open(const Opening& opening);
  // Ends the entry. Its strings and function stay valid until recycle(), for the effects that
  // answer the caller.
  void close(Invocation& invocation);
  // Called at the start of each event: what the last one ended may be used again.
  void recycle();

  void set_deadline(Invocation& invocation, base::MonotonicTime deadline);
  void move_to_target(Invocation& invocation, Connection& target);
  void move_to_caller(Invocation& invocation, Connection& caller);

  // null: none.
  [[nodiscard]] Invocation* first_of(const InvocationList& list);
  [[nodiscard]] Invocation* first_expired(base::MonotonicTime now);
  [[nodiscard]] Invocation* any();
  [[nodiscard]] base::MonotonicTime next_deadline() const;

 private:
  struct Hash {
    std::uint64_t seed;
    std::size_t operator()(base::InvocationId id) const noexcept {
      return std::hash<base::Uuid>{}(base::Uuid(id.value().high() ^ seed, id.value().low()));
    }
    using is_avalanching = void;
  };
  using Index = std::uint32_t;
  static constexpr Index none = InvocationList::none;

  struct Links {
    Index previous = none;
    Index next = none;
  };
  using Deadlines = std::multimap<base::MonotonicTime, Index>;
  struct Slot {
    Invocation invocation;
    Links by_caller;
    Links by_target;
    Links by_age;
    bool is_aging = false;
    std::optional<Deadlines::iterator> own_deadline;
    Deadlines::node_type spare_deadline;  // of an earlier entry of the slot
  };

  void link(InvocationList& list, Links Slot::* links, Index index);
  void unlink(InvocationList& list, Links Slot::* links, Index index);
  void link_by_age(Index index);
  void unlink_by_age(Index index);
  void join_deadlines(Index index, base::MonotonicTime deadline);
  void leave_deadlines(Index index);

  // Chunks, so that an Invocation never moves.
  static constexpr std::size_t chunk_slots = 256;
  Slot& slot(Index index) { return (*chunks_[index / chunk_slots])[index % chunk_slots]; }
  [[nodiscard]] const Slot& slot(Index index) const {
    return (*chunks_[index / chunk_slots])[index % chunk_slots];
  }

  std::vector<std::unique_ptr<std::vector<Slot>>> chunks_;
  std::vector<Index> free_;
  std::vector<Index> ended_;  // not yet to be reused
  boost::unordered_flat_map<base::InvocationId, Index, Hash> by_id_;
  Index oldest_ = none;
  Index youngest_ = none;
  Deadlines by_deadline_;  // of entries with a deadline of their own
};

}  // namespace iii::core
