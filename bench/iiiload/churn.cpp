#include "iiiload/churn.hpp"

#include "iiiload/report.hpp"
#include "iiiload/visitor.hpp"

#include <cstddef>
#include <cstdint>

namespace iii::bench {

void Churn::advance(double time_us) {
  for (Visitor& visitor : visitors_) {
    visitor.advance(time_us);
  }
  visitors_.remove_if([](const Visitor& visitor) { return visitor.is_gone(); });
  // One in a turn: a new connection blocks until the engine has accepted it.
  if (is_open_ && visitors_.size() < static_cast<std::size_t>(options_.churn)) {
    visitors_.emplace_back(
        Visitor::Surroundings{options_, poller_, random_, counts_}, arrivals_++, time_us
    );
  }
}

void Churn::stop_arrivals() {
  is_open_ = false;
  for (Visitor& visitor : visitors_) {
    visitor.leave_soon();
  }
}

ChurnCounts Churn::finish() const {
  ChurnCounts counts = counts_;
  for (const Visitor& visitor : visitors_) {
    if (visitor.waits_for_answers()) {
      counts.lost += static_cast<std::uint64_t>(visitor.outstanding());
    }
  }
  return counts;
}

}  // namespace iii::bench
