// What the core knows of one connection: who it is, what it has registered, which calls it is part
// of.
#pragma once

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/worker_metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace iii::core {

struct Function;

// Which generation of SDKs a worker belongs to: decides where replies of the two contradict each
// other (docs/compatibility.md).
enum class Line : std::uint8_t { v0_11, v0_22 };
std::ostream& operator<<(std::ostream& out, Line line);

// The line of an announced SDK version; nullopt when the text names none that exists.
[[nodiscard]] std::optional<Line> line_of_version(std::string_view version);

// Where the list of a connection's calls in the invocation table begins (see invocation_table.hpp).
struct InvocationList {
  static constexpr std::uint32_t none = UINT32_MAX;
  std::uint32_t first = none;
  std::uint32_t size = 0;
};

// Remote: a WebSocket connection. In-process: a built-in worker or the program that embeds the
// engine; its name is its id.
enum class Residence : std::uint8_t { remote, in_process };

// What a worker says of itself with engine::workers::register.
struct Announcement {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> runtime;
  std::optional<std::string> version;
  std::optional<std::string> os;
  std::optional<std::string> isolation;
  std::optional<std::uint32_t> pid;
  std::optional<Line> line;
  bool declares_observe = false;
  bool declares_large_messages = false;
  bool reads_rejections = false;
};

struct Connection : Announcement {
  base::ConnectionId id;
  base::WorkerId worker_id;
  base::Uuid reattach_token;
  Residence residence = Residence::remote;
  bool is_mandatory =
      false;  // an in-process worker that every engine has; listings call it internal
  bool calls_while_draining = false;  // see LocalWorker
  std::string ip_address;
  base::WallTime connected_at;
  WorkerMetrics metrics;

  std::set<Function*> functions;
  std::set<std::string> trigger_types;
  std::set<std::string> triggers;  // live, pending and waiting for their id
  // Ids that were refused because a built-in has them; told to a worker when it turns out to read
  // `registrationrejected`.
  std::vector<std::string> refused_functions;

  std::size_t registered_bytes = 0;  // of all of these: see limits::registered_bytes_max
  // Whether this much more may be registered.
  [[nodiscard]] bool has_room_for(std::size_t bytes) const {
    return registered_bytes + bytes <= base::limits::registered_bytes_max;
  }

  InvocationList issued;
  InvocationList executing;

  // The largest payload, metadata and the like included, whose message its SDK takes.
  [[nodiscard]] std::size_t payload_bytes_max() const;
  [[nodiscard]] bool can_take(std::size_t payload_bytes) const {
    return payload_bytes <= payload_bytes_max();
  }

  bool is_congested = false;  // its outbox has reached its limit
  bool is_closing = false;    // being removed: nothing may be sent to it any more
};

// Why a registration is refused that a worker has no room for.
[[nodiscard]] std::string too_many_bytes();

}  // namespace iii::core
