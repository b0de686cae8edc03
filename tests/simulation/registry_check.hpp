// Registries equal the live connections: a second, obvious book-keeping of functions, trigger
// types, triggers and services, fed with the messages that the engine takes and with the ends of
// connections, and compared with the core's tables. Also: a provider is told of every trigger that
// is live.
#pragma once

#include "core/core.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace iii::simulation {

class RegistryCheck {
 public:
  // What the engine and its in-process workers have before anybody connects.
  void start(const core::Core& core);

  void on_taken(base::ConnectionId from, const protocol::from_worker::Message& message);
  void on_sent(base::ConnectionId to, const protocol::to_worker::Message& message);
  void on_closed(base::ConnectionId connection);

  enum class Kind : std::uint8_t { function, trigger_type, trigger };
  // By this connection, in the place it has; or not, because an in-process worker has the id.
  [[nodiscard]] bool is_registered(base::ConnectionId from, Kind kind, const std::string& id) const;
  // Who serves a function now.
  [[nodiscard]] std::optional<base::ConnectionId> owner(std::string_view function) const;

  void compare(const core::Core& core);
  // To be called when nothing is on its way.
  void compare_providers(const core::Core& core) const;
  void compare_with_start(const core::Core& core) const;

 private:
  using Stack = std::vector<base::ConnectionId>;  // the last one counts
  using Stacks = std::map<std::string, Stack, std::less<>>;
  struct Trigger {
    base::ConnectionId owner;
    std::string type;
  };
  struct Taker;

  static void put(Stacks& stacks, const std::string& id, base::ConnectionId connection);
  static void take(Stacks& stacks, const std::string& id, base::ConnectionId connection);
  static void take_all(Stacks& stacks, base::ConnectionId connection);
  void register_trigger(
      base::ConnectionId from, const protocol::from_worker::RegisterTrigger& message
  );
  void unregister_trigger(base::ConnectionId from, const std::string& id);
  void unregister_by_call(
      base::ConnectionId from, const protocol::from_worker::InvokeFunction& message
  );
  bool drop_waiting(base::ConnectionId from, const std::string& id);
  void free_trigger_id(const std::string& id);
  void forget_unowned(const core::Core& core);
  void compare_functions(const core::Core& core) const;
  void compare_types(const core::Core& core) const;
  void compare_triggers(const core::Core& core) const;
  void compare_services(const core::Core& core) const;

  Stacks functions_;
  Stacks types_;
  std::map<std::string, Trigger> triggers_;
  std::map<std::string, std::deque<Trigger>> waiting_;
  // Registered through engine::register_trigger and told to a provider; owned by nobody.
  std::set<std::string> unowned_;
  std::map<std::string, base::ConnectionId> declared_services_;
  std::map<base::ConnectionId, std::map<std::string, std::string>> told_;  // trigger to its type

  std::set<std::string> functions_ever_;
  std::set<std::string> functions_at_start_;
  std::set<std::string> types_at_start_;
  std::set<std::string> services_at_start_;
};

}  // namespace iii::simulation
