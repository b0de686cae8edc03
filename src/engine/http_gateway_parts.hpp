// What HttpGateway keeps, for the sources that implement it.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "engine/deadline_heap.hpp"
#include "engine/file_answer.hpp"
#include "engine/http_gateway.hpp"
#include "engine/static_folder.hpp"
#include "http/server_connection.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace iii::engine {

struct HttpGateway::Session {
  static constexpr std::uint32_t serial_mask = (std::uint32_t{1} << 29U) - 1;

  Session(base::ConnectionId socket, http::ServerContext& context, base::MonotonicTime now)
      : id(socket), connection(context, now) {}

  base::ConnectionId id;
  http::ServerConnection connection;
  std::string ip_address;
  std::uint32_t serial = 0;  // of the request, in the ids of its channel ends
  bool is_paused = false;
  bool is_choked = false;    // its client does not take the answers to what it asks
  bool is_in_event = false;  // its connection is at work further up the stack
  bool is_reader_congested = false;
  bool was_body_offered = false;  // as a channel, once for each request
  bool was_response_offered = false;
  bool has_body_end = false;      // we hold the writer's end of the request's body
  bool has_response_end = false;  // and the reader's end of the answer
  DeadlineHeap::Watch watch;
  FileAnswer file;
};

struct HttpGateway::Found {
  base::ConnectionId request;
  std::optional<OpenedFile> file;
};

// One thing to be told to the channels, with a text of its own where it has one.
struct HttpGateway::ChannelWork {
  enum class Kind : std::uint8_t { send, end_writer, close };
  Kind kind = Kind::send;
  base::ConnectionId writer_end;
  base::ConnectionId reader_end;
  std::string bytes;
  core::ChannelKey body;
  core::ChannelKey response;
};

}  // namespace iii::engine
