// What a request to a worker listener asks for (spec: wire-protocol §1.2). Pure.
#pragma once

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "http/head.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace iii::engine {

// On every response of a worker listener: tells SDKs of line 0.25 that our end has TCP_NODELAY on
// (spec: line-0.25 §2).
inline constexpr std::string_view capability_header = "x-iii-capabilities: tcp-nodelay\r\n";

struct WorkerRoute {};
struct TelemetryRoute {};
struct ChannelRoute {
  core::ChannelKey key;
  core::ChannelEnd end = core::ChannelEnd::reader;
};
// The request is answered and the connection ends.
struct Refusal {
  std::string response;
};

using Route = std::variant<WorkerRoute, TelemetryRoute, ChannelRoute, Refusal>;

// The channel that the request's path names, whether it exists or not.
[[nodiscard]] std::optional<base::ChannelId> channel_of(const http::RequestHead& request);

[[nodiscard]] Route route(const http::RequestHead& request, const core::Channels& channels);

}  // namespace iii::engine
