#include "engine/route.hpp"

#include "base/id.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "http/head.hpp"
#include "websocket/handshake.hpp"

#include <iii/engine_error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace iii::engine {
namespace {

constexpr std::string_view channel_prefix = "/ws/channels/";
constexpr std::string_view plain_text = "text/plain; charset=utf-8";

Refusal refuse(unsigned status, std::string_view body, std::string_view extra_header = {}) {
  std::string headers(capability_header);
  headers.append(extra_header);
  return {http::response(status, headers, body.empty() ? std::string_view() : plain_text, body)};
}

Route channel_route(const http::RequestHead& request, const core::Channels& channels) {
  const auto query = http::parse_query(request.query());
  if (!query) {
    return refuse(400, query.error().message);
  }
  std::optional<std::string> key;
  std::optional<core::ChannelEnd> end;
  for (const auto& [name, value] : *query) {
    if (name == "key") {
      key = value;
    } else if (name == "dir" && (value == "read" || value == "write")) {
      end = value == "read" ? core::ChannelEnd::reader : core::ChannelEnd::writer;
    }
  }
  if (!key || !end) {
    return refuse(400, "A channel is opened with the query key=<access_key>&dir=<read|write>");
  }
  const auto id = base::Uuid::parse(request.path().substr(channel_prefix.size()));
  const auto access_key = base::Uuid::parse(*key);
  if (!id || !access_key || !channels.is_known({base::ChannelId(*id), *access_key})) {
    return refuse(404, "Channel not found");
  }
  return ChannelRoute{{base::ChannelId(*id), *access_key}, *end};
}

}  // namespace

std::optional<base::ChannelId> channel_of(const http::RequestHead& request) {
  const std::string_view path = request.path();
  if (!path.starts_with(channel_prefix)) {
    return std::nullopt;
  }
  const auto id = base::Uuid::parse(path.substr(channel_prefix.size()));
  return id ? std::optional(base::ChannelId(*id)) : std::nullopt;
}

Route route(const http::RequestHead& request, const core::Channels& channels) {
  const std::string_view path = request.path();
  const bool is_channel = path.starts_with(channel_prefix) && path.size() > channel_prefix.size() &&
                          path.find('/', channel_prefix.size()) == std::string_view::npos;
  if (path != "/" && path != "/otel" && !is_channel) {
    return refuse(404, "");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return refuse(405, "", "allow: GET,HEAD\r\n");
  }
  Route wanted = is_channel        ? channel_route(request, channels)
                 : path == "/otel" ? Route(TelemetryRoute{})
                                   : Route(WorkerRoute{});
  if (const EngineStatus upgrade = websocket::check_upgrade(request);
      !upgrade && !std::holds_alternative<Refusal>(wanted)) {
    return refuse(400, upgrade.error().message);
  }
  return wanted;
}

}  // namespace iii::engine
