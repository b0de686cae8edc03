// How full the outbox of a connection may get before its owner does something about it. Pure.
//
//   free --refuse_bytes--> congested --half of them--> free, and beyond close_bytes: overflowing
//
// For a worker the largest message does not count: one legal message alone is no congestion. For a
// channel's reader congestion is no penalty (its writer waits, and goes on as soon as there is
// room), so that everything counts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace iii::engine {

struct OutboxLimits {
  std::size_t refuse_bytes = 0;
  std::size_t close_bytes = 0;  // beside the largest message
  bool counts_largest = false;
};

class OutboxGauge {
 public:
  struct Finding {
    bool has_become_congested = false;
    bool is_overflowing = false;
  };
  // `newest_bytes`: of the message just appended, `bytes`: of all that is unsent now.
  [[nodiscard]] Finding on_appended(
      const OutboxLimits& limits, std::size_t newest_bytes, std::size_t bytes
  );
  // True: it is no longer congested.
  [[nodiscard]] bool on_flushed(const OutboxLimits& limits, std::size_t bytes_left);

 private:
  bool is_congested_ = false;
  std::size_t largest_bytes_ = 0;  // since it was last half empty
};

}  // namespace iii::engine
