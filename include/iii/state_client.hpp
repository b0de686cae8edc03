// The engine's key/value state: values under a scope and a key, kept by its worker `iii-state`.
//
//   const iii::StateClient state(client);
//   state.set("fleet", "truck-7", truck);                                   // any described type
//   std::optional<Truck> there = state.get<Truck>("fleet", "truck-7");
//   iii::UpdateResult moved =
//       state.update("fleet", "truck-7", iii::UpdateBuilder().increment("km", 35));
//
// Each operation is one call of a function `state::…` and throws the Error of that call; the same
// names with _async give a Task to co_await. An entry that is absent and one that is null look the
// same: nothing. set() and update() are one step each, whoever else writes; calls that are not
// waited for have no order. A value; any thread may use it.
#pragma once

#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/detail/operations.hpp>
#include <iii/json.hpp>
#include <iii/state.hpp>
#include <iii/task.hpp>
#include <iii/update.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::inline v0 {

class StateClient {
 public:
  // `timeout` of each call; none: InitOptions::invocation_timeout.
  explicit StateClient(
      Client client, std::optional<std::chrono::milliseconds> timeout = std::nullopt
  )
      : operations_(std::move(client), timeout) {}

  // The value; nothing when there is none. Throws Error of kind serde when it is no T.
  template <class T = Json>
  [[nodiscard]] std::optional<T> get(const std::string& scope, const std::string& key) const {
    return operations_.call<std::optional<T>>("state::get", get_input(scope, key));
  }
  template <class T = Json>
  [[nodiscard]] Task<std::optional<T>> get_async(const std::string& scope, const std::string& key)
      const {
    return operations_.call_async<std::optional<T>>("state::get", get_input(scope, key));
  }

  // Replaces the whole value. The code VALUE_TOO_LARGE: above the engine's limit.
  template <class T>
  SetResult set(const std::string& scope, const std::string& key, const T& value) const {
    return operations_.call<SetResult>(
        "state::set", set_input(scope, key, detail::payload_of(value))
    );
  }
  template <class T>
  [[nodiscard]] Task<SetResult> set_async(
      const std::string& scope, const std::string& key, const T& value
  ) const {
    return operations_.call_async<SetResult>(
        "state::set", set_input(scope, key, detail::payload_of(value))
    );
  }

  // Removes it (`state::delete`); what was there.
  template <class T = Json>
  // NOLINTNEXTLINE(modernize-use-nodiscard): what was there before may be of no interest
  std::optional<T> erase(const std::string& scope, const std::string& key) const {
    return operations_.call<std::optional<T>>("state::delete", delete_input(scope, key));
  }
  template <class T = Json>
  [[nodiscard]] Task<std::optional<T>> erase_async(const std::string& scope, const std::string& key)
      const {
    return operations_.call_async<std::optional<T>>("state::delete", delete_input(scope, key));
  }

  // All changes in one step. Those that cannot be made are skipped and listed in the result.
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  UpdateResult update(const std::string& scope, const std::string& key, std::vector<UpdateOp> ops)
      const;
  // NOLINTNEXTLINE(modernize-use-nodiscard): likewise
  UpdateResult update(
      const std::string& scope, const std::string& key, const UpdateBuilder& builder
  ) const;
  [[nodiscard]] Task<UpdateResult> update_async(
      const std::string& scope, const std::string& key, std::vector<UpdateOp> ops
  ) const;

  // The values of a scope, without their keys.
  template <class T = Json>
  [[nodiscard]] std::vector<T> list(const std::string& scope) const {
    return operations_.call<std::vector<T>>("state::list", list_input(scope));
  }
  template <class T = Json>
  [[nodiscard]] Task<std::vector<T>> list_async(const std::string& scope) const {
    return operations_.call_async<std::vector<T>>("state::list", list_input(scope));
  }

  // The scopes, sorted.
  [[nodiscard]] std::vector<std::string> list_groups() const;
  [[nodiscard]] Task<std::vector<std::string>> list_groups_async() const;

 private:
  static Json get_input(const std::string& scope, const std::string& key);
  static Json delete_input(const std::string& scope, const std::string& key);
  static Json set_input(const std::string& scope, const std::string& key, Json value);
  static Json list_input(const std::string& scope);

  detail::Operations operations_;
};

}  // namespace iii::inline v0
