// The JSON texts that scripted workers send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::simulation::texts {

enum class Delivery : std::uint8_t { awaited, fire_and_forget, enqueued };

struct Invoke {
  std::string_view id;  // empty: none
  std::string_view function;
  std::string_view data;  // JSON
  Delivery delivery = Delivery::awaited;
  std::optional<std::uint64_t> timeout_ms = {};
  bool has_trace = false;
};
[[nodiscard]] std::string invoke(const Invoke& call);

[[nodiscard]] std::string result(
    std::string_view id, std::string_view function, std::string_view json
);
[[nodiscard]] std::string failure(std::string_view id, std::string_view function);
// Answers that no engine can take; `kind` chooses one of garbage_kinds.
inline constexpr std::size_t garbage_kinds = 4;
[[nodiscard]] std::string garbage_result(std::size_t kind, std::string_view id);
// Texts that are no messages; `id` is the invocation that some of them name.
inline constexpr std::size_t malformed_kinds = 10;
[[nodiscard]] std::string malformed(std::size_t kind, std::string_view id);

// Two digits.
[[nodiscard]] std::string hex(char character);

// A message that has a type and an id and nothing else worth mentioning.
[[nodiscard]] std::string about(std::string_view type, std::string_view id);
struct TriggerText {
  std::string_view id;
  std::string_view trigger_type;
  std::string_view function;
  std::string_view condition;  // function id; empty: none
};
[[nodiscard]] std::string register_trigger(const TriggerText& trigger);
[[nodiscard]] std::string trigger_answer(const TriggerText& trigger, bool is_accepted);
[[nodiscard]] std::string reattach(std::string_view worker_id, std::string_view token);

}  // namespace iii::simulation::texts
