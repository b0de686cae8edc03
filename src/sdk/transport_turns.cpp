#include "sdk/transport_turns.hpp"

#include "base/job.hpp"
#include "base/limits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace iii::sdk {

TransportTurns::TransportTurns(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)) {
}

void TransportTurns::enqueue(base::Job write) {
  waiting_.push_back(std::move(write));
  if (!is_posted_) {
    post();
  }
}

void TransportTurns::post() {
  is_posted_ = true;
  boost::asio::post(executor_, [self = shared_from_this()] { self->run(); });
}

void TransportTurns::run() {
  is_posted_ = false;
  std::size_t left = std::min(waiting_.size(), base::limits::channel_writes_per_turn);
  if (waiting_.size() > left) {
    post();  // first: a write may throw
  }
  for (; left != 0; --left) {
    base::Job write = std::move(waiting_.front());
    waiting_.pop_front();
    write();
  }
}

}  // namespace iii::sdk
