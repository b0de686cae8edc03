// Answers are compressed for clients that take it, where the configuration asks for it.
#include "base/limits.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/compression.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

namespace limits = base::limits;

namespace {

// Also of what is not compressed: caches must not give it to everybody.
constexpr std::string_view vary = "vary: accept-encoding\r\n";

}  // namespace

void HttpWorker::compress(const Pending& pending, Answer& answer) const {
  if (!may_be_compressed(answer.status, answer.lines)) {
    return;
  }
  answer.lines.append(vary);
  const std::string_view body = answer.body.view();
  if (pending.takes_gzip && body.size() >= limits::http_compressed_bytes_min &&
      body.size() <= limits::http_compressed_bytes_max) {
    Gzip gzip;
    answer.body = Body(gzip.finish(body));
    mark_compressed(answer.lines);
  }
}

void HttpWorker::begin_compression(Pending& pending, StartResponse& start) {
  if (!may_be_compressed(start.status, start.lines)) {
    return;
  }
  start.lines.append(vary);
  if (pending.takes_gzip && compressed_streams_ < options_.compressed_streams_max) {
    ++compressed_streams_;
    pending.gzip = std::make_unique<Gzip>();
    mark_compressed(start.lines);
  }
}

// Lives until the next event.
std::string_view HttpWorker::compressed(Pending& pending, std::string_view piece) {
  compressed_ = pending.gzip->flush(piece);
  return compressed_;
}

void HttpWorker::end_compression(Pending& pending) {
  compressed_ = pending.gzip->finish("");
  order(SendPiece{pending.id, compressed_});
}

}  // namespace iii::workers::http_worker
