// Which worker serves which function. The last registration of an id wins, as in the reference
// system; when it goes, the worker that registered the id before and is still connected serves it
// again (spec: engine-core §20.7). Ids of built-in workers are not for remote workers to take.
#pragma once

#include "core/connection.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {

struct EngineFunction;

// What a worker says about a function. Raw JSON is empty when absent.
struct FunctionDescription {
  std::optional<std::string> description;
  std::string request_format;
  std::string response_format;
  std::string metadata;

  [[nodiscard]] std::size_t size() const {
    return (description ? description->size() : 0) + request_format.size() +
           response_format.size() + metadata.size();
  }
};

// Who runs a function for its owner.
struct Execution {
  Connection* by = nullptr;  // null: the owner itself
  std::uint64_t number = 0;  // by which that worker knows it
  std::size_t bytes = 0;     // of what that worker keeps
};

struct Registration {
  Connection* owner = nullptr;
  FunctionDescription description;
  Execution execution;

  [[nodiscard]] std::size_t size() const { return description.size() + execution.bytes; }
};

struct Function {
  std::string id;
  std::string id_json;       // quoted, as messages carry it
  std::string baggage_json;  // quoted baggage that names the function and nothing else
  std::vector<Registration> registrations;  // the last one serves
  // Set for the engine's own functions, which the core answers itself.
  const EngineFunction* engine_function = nullptr;
  std::uint32_t in_flight = 0;  // calls that still name this function

  [[nodiscard]] bool is_registered() const { return !registrations.empty(); }
  [[nodiscard]] const Registration& current() const { return registrations.back(); }
  [[nodiscard]] Connection& owner() const { return *registrations.back().owner; }
  // Who is sent its calls.
  [[nodiscard]] Connection& target() const {
    const Registration& registration = registrations.back();
    return registration.execution.by != nullptr ? *registration.execution.by : *registration.owner;
  }
};

enum class RegisterOutcome : std::uint8_t {
  added,       // the id is new
  replaced,    // the owner described it anew
  taken_over,  // from another worker, which gets it back when this one leaves
  refused,     // a built-in worker has the id
};

class FunctionTable {
 public:
  [[nodiscard]] Function* find(std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
  }

  RegisterOutcome add(
      Connection& owner,
      std::string_view id,
      FunctionDescription description,
      Execution execution = {}
  );

  // Takes back the owner's registration of `id`. False when it had none.
  bool remove(Connection& owner, std::string_view id);
  void remove_all(Connection& owner);

  // What others executed and need not any more, since the last call.
  [[nodiscard]] std::vector<Execution> take_withdrawn() { return std::exchange(withdrawn_, {}); }

  // A call has ended. A function without registration lives on until its last call has, and then
  // until recycle(), for the effects that still name it.
  void release(Function& function);
  void recycle() { retired_.clear(); }

  // In the order of their ids; only registered ones.
  [[nodiscard]] std::vector<const Function*> sorted() const;
  [[nodiscard]] std::size_t size() const { return registered_; }
  // Changes exactly when the set of registered ids changes, and is the same for the same set.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const noexcept {
      return std::hash<std::string_view>{}(id);
    }
  };

  void count_registration(const Function& function, bool appeared);
  void drop_registration(Function& function, Connection& owner);
  void remove_registration(Function& function, Connection& owner);
  void forget_if_unused(Function& function);

  // Keys are views of Function::id, so that a look-up allocates nothing and moving the table moves
  // no strings.
  boost::unordered_flat_map<std::string_view, std::unique_ptr<Function>, Hash, std::equal_to<>>
      by_id_;
  std::vector<std::unique_ptr<Function>> retired_;
  std::vector<Execution> withdrawn_;
  std::size_t registered_ = 0;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace iii::core
