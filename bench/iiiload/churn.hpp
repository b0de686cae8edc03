// Keeps a crowd of visitors around the steady load: one that has left is replaced. advance() every
// turn of the loop, stop_arrivals() at the end of the load, finish() after the drain. One thread.
#pragma once

#include "iiiload/options.hpp"
#include "iiiload/report.hpp"
#include "iiiload/visitor.hpp"
#include "wire/socket.hpp"

#include <cstdint>
#include <list>
#include <random>

namespace iii::bench {

class Churn {
 public:
  Churn(const Options& options, Poller& poller) : options_(options), poller_(poller) {}

  void advance(double time_us);
  void stop_arrivals();
  [[nodiscard]] ChurnCounts finish() const;

 private:
  const Options& options_;
  Poller& poller_;
  std::mt19937_64 random_{1};  // the same visitors in every run
  ChurnCounts counts_;
  std::list<Visitor> visitors_;
  std::uint64_t arrivals_ = 0;
  bool is_open_ = true;
};

}  // namespace iii::bench
