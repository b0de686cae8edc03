// Trigger types with their providers, and the triggers (bindings) that workers asked for. Pure
// bookkeeping: the core sends what follows from it.
//
// A trigger id belongs to whoever registered it first. Another worker's registration of the same id
// waits and takes effect when the id becomes free (a reconnecting worker whose old connection is
// not yet known to be dead loses nothing, and nobody can take over another worker's trigger). A
// type is provided by the worker that registered it last; earlier ones stand in when it leaves.
#pragma once

#include "core/connection.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace iii::core {

struct TriggerTypeDescription {
  std::string description;
  std::string trigger_request_format;  // raw JSON, empty when absent
  std::string call_request_format;
  std::string response_format;

  [[nodiscard]] std::size_t size() const {
    return description.size() + trigger_request_format.size() + call_request_format.size() +
           response_format.size();
  }
};

struct Provider {
  Connection* connection = nullptr;
  TriggerTypeDescription description;
};

struct TriggerType {
  std::string id;
  std::vector<Provider> providers;  // the last one is told about triggers

  [[nodiscard]] Connection& provider() const { return *providers.back().connection; }
  [[nodiscard]] const TriggerTypeDescription& description() const {
    return providers.back().description;
  }
};

struct Trigger {
  std::string id;
  std::string type;
  std::string function_id;
  std::string config_json = "null";
  std::string metadata_json;
  Connection* owner =
      nullptr;  // null: registered through engine::register_trigger, outlives its creator
  std::uint64_t sequence = 0;  // order of registration

  // Live: the type's provider knows it. Otherwise it waits, for this reason.
  bool is_live = false;
  std::string pending_reason;

  std::optional<std::string> condition_function_id;  // of its config; filled in by the table

  [[nodiscard]] std::size_t size() const {
    return id.size() + type.size() + function_id.size() + config_json.size() + metadata_json.size();
  }
};

class TriggerTable {
 public:
  // --- Types ---

  [[nodiscard]] TriggerType* find_type(std::string_view id);
  [[nodiscard]] const std::map<std::string, TriggerType, std::less<>>& types() const {
    return types_;
  }
  // The connection becomes the type's provider, on top of earlier ones.
  TriggerType& add_provider(
      Connection& connection, std::string_view id, TriggerTypeDescription description
  );
  enum class Removal : std::uint8_t {
    none,       // the connection did not provide the type
    was_spare,  // another connection still provides it
    replaced,   // an earlier provider stands in
    orphaned,   // nobody provides the type any more
  };
  Removal remove_provider(Connection& connection, std::string_view id);

  // --- Triggers ---

  [[nodiscard]] Trigger* find(std::string_view id);
  [[nodiscard]] const std::map<std::string, Trigger, std::less<>>& all() const { return triggers_; }
  // All, and behind each those that wait for its id.
  [[nodiscard]] std::vector<const Trigger*> known() const;
  // In the order of their registration.
  [[nodiscard]] std::vector<Trigger*> of_type(std::string_view type);
  [[nodiscard]] std::size_t live_count(std::string_view type) const;

  // How many outlive their creator, and how large they are together.
  [[nodiscard]] std::size_t unowned() const { return unowned_; }
  [[nodiscard]] std::size_t unowned_bytes() const { return unowned_bytes_; }

  // Precondition: the id is free, or belongs to the same owner, whose trigger is replaced.
  Trigger& put(Trigger trigger);
  void erase(std::string_view id);

  // Registrations that wait for an id that another owner holds.
  void wait_for_id(Trigger trigger);
  // The one that waits longest, taken out.
  [[nodiscard]] std::optional<Trigger> take_waiting(std::string_view id);
  // Drops what this owner has waiting for the id. False when there was nothing.
  bool drop_waiting(Connection& owner, std::string_view id);
  [[nodiscard]] const std::map<std::string, std::deque<Trigger>, std::less<>>& waiting() const {
    return waiting_;
  }

 private:
  std::map<std::string, TriggerType, std::less<>> types_;
  std::map<std::string, Trigger, std::less<>> triggers_;
  std::map<std::string, std::map<std::uint64_t, std::string>, std::less<>> ids_by_type_;
  std::map<std::string, std::deque<Trigger>, std::less<>> waiting_;
  std::size_t unowned_ = 0;
  std::size_t unowned_bytes_ = 0;
  std::uint64_t next_sequence_ = 1;
};

}  // namespace iii::core
