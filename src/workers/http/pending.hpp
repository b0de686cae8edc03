// A request from its head to the end of its answer, and the table of all of them. Pure.
//
//   waiting -> global middleware -> body -> schema -> condition -> route middleware -> function
//   -> streaming
//
// Steps that a route does not have are left out; any of them may answer and so end the request.
#pragma once

#include "base/id.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "workers/http/compression.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/route_table.hpp"
#include "workers/http/static_files.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

enum class Step : std::uint8_t {
  waiting,  // too many others are being answered
  global_middleware,
  body,
  schema,  // of the body: is it known, and does the body fit?
  condition,
  route_middleware,
  function,
  streaming,  // the head of the answer has been sent
};

[[nodiscard]] Step next_step(Step step);

// A body that counts for the limit of all of them: http_bodies.cpp.
enum class JsonBody : std::uint8_t {
  none,
  is_read,  // or has been read
  waits,    // for room
};

// For the line that is written about a request.
struct Access {
  std::string method;
  std::string path;
  std::string client;
  std::string error_id;
  std::string trace_id;
};

struct Pending {
  RequestId id;
  std::shared_ptr<const Route> route;
  Step step = Step::waiting;
  std::size_t next_middleware = 0;
  std::optional<base::InvocationId> call;
  std::string request_json;  // append_request()
  std::string body;          // JSON: all of it; otherwise what nobody has read yet
  std::string origin;        // if CORS needs it
  std::string traceparent;
  std::string baggage;
  std::unique_ptr<FileRequest> file;  // of a route of files
  std::unique_ptr<Gzip> gzip;         // of a stream
  bool takes_gzip = false;
  std::unique_ptr<Access> access;  // if lines are written
  unsigned status = 0;             // of the answer
  std::uint64_t bytes = 0;         // of its body
  base::MonotonicTime started_at;  // if it is recorded
  bool is_json = false;
  JsonBody json = JsonBody::none;
  std::list<RequestId>::iterator place_of_body;  // while it waits
  bool has_body_ended = false;
  bool is_body_held = false;
  bool is_reader_there = false;  // of the body's channel
  bool is_reader_full = false;
  bool counts = false;  // as being answered
  // What the function has said through the response channel.
  unsigned stream_status = 200;
  std::map<std::string, std::string> stream_headers;
  std::size_t stream_headers_bytes = 0;
  core::ChannelKey body_channel;
  core::ChannelKey response_channel;
  base::MonotonicTime deadline = base::never;
  std::optional<std::list<RequestId>::iterator> place_in_line;  // while it waits
};

class PendingTable {
 public:
  // Precondition: the connection has none.
  Pending& open(RequestId id);
  [[nodiscard]] Pending* find(RequestId id);
  [[nodiscard]] Pending* find_call(base::InvocationId call);
  void close(Pending& pending);

  // Of deadlines that all have the same distance; others cost more.
  void set_deadline(Pending& pending, base::MonotonicTime now, std::chrono::milliseconds timeout);
  void clear_deadline(Pending& pending);
  [[nodiscard]] Pending* first_expired(base::MonotonicTime now);
  [[nodiscard]] base::MonotonicTime next_deadline() const;

  void set_call(Pending& pending, base::InvocationId call);
  void clear_call(Pending& pending);

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  // How many different ones there are among the deadlines.
  [[nodiscard]] std::size_t time_limits() const { return by_timeout_.size(); }

 private:
  // In each list the deadlines are in order, and none is empty: a worker may use any number of
  // time limits, one after the other.
  using Lists = std::map<std::chrono::milliseconds, std::list<RequestId>>;

  struct Entry {
    Pending pending;
    std::optional<Lists::iterator> in_list;
    std::list<RequestId>::iterator place;
  };

  boost::unordered_flat_map<RequestId, std::unique_ptr<Entry>, std::hash<RequestId>> by_id_;
  boost::unordered_flat_map<base::InvocationId, RequestId, std::hash<base::InvocationId>> by_call_;
  Lists by_timeout_;
  std::vector<std::unique_ptr<Entry>> spare_;
};

}  // namespace iii::workers::http_worker
