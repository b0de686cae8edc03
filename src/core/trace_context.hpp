// W3C trace headers as they pass through the engine (spec: wire-protocol §13). Pure rules.
#pragma once

#include <string>
#include <string_view>

namespace iii::core {

// Whether a receiver may be given this text: version 00 with ids that are not zero.
[[nodiscard]] bool is_valid_traceparent(std::string_view text) noexcept;

// The caller's baggage with the entry `iii.function.id` set to the target. Malformed entries and
// properties after `;` are dropped.
[[nodiscard]] std::string baggage_for(
    std::string_view caller_baggage, std::string_view function_id
);

}  // namespace iii::core
