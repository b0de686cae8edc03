// How much of all JSON bodies is kept at once. Above the limit a body is not read on while others,
// that end by themselves, have theirs; one is always read, so that they do not wait for each other.
#include "workers/http/http_worker.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"

#include <string_view>

namespace iii::workers::http_worker {

void HttpWorker::begin_json(Pending& pending) {
  pending.json = JsonBody::is_read;
  ++bodies_read_;
  wait_for_room(pending);
}

void HttpWorker::take_json(Pending& pending, std::string_view piece) {
  pending.body.append(piece);
  json_bytes_ += piece.size();
  wait_for_room(pending);
}

void HttpWorker::wait_for_room(Pending& pending) {
  const bool is_alone = bodies_read_ == 1;
  if (pending.json != JsonBody::is_read || is_alone || json_bytes_ < options_.bodies_bytes_max) {
    return;
  }
  pending.json = JsonBody::waits;
  --bodies_read_;
  pending.place_of_body = waiting_bodies_.insert(waiting_bodies_.end(), pending.id);
  if (!pending.is_body_held) {
    pending.is_body_held = true;
    order(HoldBody{pending.id});
  }
}

void HttpWorker::end_json(Pending& pending) {
  switch (pending.json) {
    case JsonBody::none:
      return;
    case JsonBody::is_read:
      --bodies_read_;
      break;
    case JsonBody::waits:
      waiting_bodies_.erase(pending.place_of_body);
      break;
  }
  pending.json = JsonBody::none;
  json_bytes_ -= pending.body.size();
  while (!waiting_bodies_.empty() && (bodies_read_ == 0 || json_bytes_ < options_.bodies_bytes_max)
  ) {
    Pending& next = *pending_.find(waiting_bodies_.front());
    waiting_bodies_.pop_front();
    next.json = JsonBody::is_read;
    ++bodies_read_;
    release_body(next);
  }
}

}  // namespace iii::workers::http_worker
