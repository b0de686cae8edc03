// The names of workers that configuration files may hold, and the search for the name that was
// meant.
#pragma once

#include <span>
#include <string_view>

namespace iii::engine {

enum class WorkerKind {
  listener,        // iii-worker-manager
  functions,       // iii-engine-functions
  observability,   // iii-observability
  telemetry,       // iii-telemetry
  configuration,   // configuration
  cron,            // iii-cron
  http,            // iii-http
  http_functions,  // iii-http-functions
  unavailable,     // a built-in worker of the reference that this version does not have
  unknown,
};

[[nodiscard]] WorkerKind worker_kind(std::string_view name) noexcept;

// The known worker name that was probably meant, or nothing.
[[nodiscard]] std::string_view nearest_worker_name(std::string_view name);

// The candidate with the fewest edits (insert, delete, replace, swap), if they are few for its
// length, or nothing.
[[nodiscard]] std::string_view nearest_name(
    std::string_view name, std::span<const std::string_view> candidates
);

}  // namespace iii::engine
