// The books of a trigger provider and of the functions it calls: which bindings it was told of by
// this engine, and how often each firing arrived. All of it may be used from any thread.
#pragma once

#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace iii::test {

class Firings {
 public:
  // The provider was told of a binding. One that it is told of twice fires twice, on purpose.
  void bind(const TriggerConfig& binding) {
    const std::lock_guard lock(mutex_);
    bindings_.push_back(binding);
  }
  // A new engine tells of all bindings anew.
  void forget_bindings() {
    const std::lock_guard lock(mutex_);
    bindings_.clear();
  }
  [[nodiscard]] std::size_t bindings() const {
    const std::lock_guard lock(mutex_);
    return bindings_.size();
  }

  // Every binding fires once, with a number. Throws when a function cannot be called.
  void fire(Client& provider, std::size_t number) {
    std::vector<TriggerConfig> bindings;
    {
      const std::lock_guard lock(mutex_);
      bindings = bindings_;
    }
    for (const TriggerConfig& binding : bindings) {
      provider.trigger({
          .function_id = binding.function_id,
          .payload = Json{{"number", number}},
          .timeout = std::chrono::seconds(10),
      });
    }
  }
  // A function was called by a firing.
  void arrive(const std::string& function_id, const Json& event) {
    const auto number = event.at("number").to_number<std::size_t>();
    const std::lock_guard lock(mutex_);
    ++arrived_[{function_id, number}];
  }

  // Throws unless each function was called once with each number from 0 on.
  void expect_once(const std::vector<std::string>& function_ids, std::size_t numbers) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& function_id : function_ids) {
      for (std::size_t number = 0; number < numbers; ++number) {
        const auto found = arrived_.find({function_id, number});
        const std::size_t count = found == arrived_.end() ? 0 : found->second;
        if (count != 1) {
          throw std::runtime_error(
              "firing " + std::to_string(number) + " called " + function_id + " " +
              std::to_string(count) + " times"
          );
        }
      }
    }
    if (arrived_.size() != function_ids.size() * numbers) {
      throw std::runtime_error("a function was called by what no trigger fired");
    }
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TriggerConfig> bindings_;
  std::map<std::pair<std::string, std::size_t>, std::size_t> arrived_;
};

}  // namespace iii::test
