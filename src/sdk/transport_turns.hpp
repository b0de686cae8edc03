// Who writes much takes turns: a few write in each turn of the executor, so that hundreds of
// streams do not hold up what else the executor's one thread does. All calls on that thread.
#pragma once

#include "base/job.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>

namespace iii::sdk {

class TransportTurns : public std::enable_shared_from_this<TransportTurns> {
 public:
  explicit TransportTurns(boost::asio::any_io_executor executor);

  // Runs `write` in a turn to come, after those that wait already: one of each connection at most.
  // It must not own this.
  void enqueue(base::Job write);

 private:
  void post();
  void run();

  boost::asio::any_io_executor executor_;
  std::deque<base::Job> waiting_;
  bool is_posted_ = false;
};

}  // namespace iii::sdk
