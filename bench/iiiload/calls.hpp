// The calls of the steady callers: what they send, which of them wait for an answer, how long that
// took. invoke() writes a call, on_answer() takes what comes back on a caller's connection.
// One thread.
#pragma once

#include "iiiload/connection.hpp"
#include "iiiload/options.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace iii::bench {

class Calls {
 public:
  explicit Calls(const Options& options);

  void invoke(Connection& caller);
  void invoke_void(Connection& caller);
  // True: the answer of a call that was waited for; its caller may make the next one.
  [[nodiscard]] bool on_answer(Connection& caller, std::string_view message);

  void start_measuring() { is_measuring_ = true; }
  void stop_measuring() { is_measuring_ = false; }

  [[nodiscard]] std::uint64_t answered() const { return answered_; }  // while measuring
  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  [[nodiscard]] std::uint64_t void_sent() const { return void_sent_; }
  // In microseconds, in any order; of a very long run only the newest.
  [[nodiscard]] std::vector<float> take_latencies() { return std::move(latencies_us_); }

 private:
  [[nodiscard]] std::string payload_of(std::uint32_t call) const;
  void count_error(std::string_view message);
  void keep_latency(float latency_us);

  const Options& options_;
  std::vector<double> sent_at_us_;  // by slot; the slot is the last part of the invocation id
  std::vector<std::uint32_t> free_slots_;
  std::uint32_t sequence_ = 0;
  std::vector<float> latencies_us_;
  bool is_measuring_ = false;
  std::uint64_t answered_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t void_sent_ = 0;
};

}  // namespace iii::bench
