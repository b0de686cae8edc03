#include "sdk/telemetry/live_span.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "sdk/telemetry/mailbox.hpp"
#include "sdk/telemetry/recorder.hpp"
#include "sdk/telemetry/records.hpp"

#include <iii/span.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

namespace iii::telemetry {
namespace {

namespace limits = base::limits;

struct Fold {
  SpanRecord& record;

  void operator()(Attribute&& attribute) const {
    const auto known = std::ranges::find(record.attributes, attribute.key, &Attribute::key);
    if (known == record.attributes.end()) {
      record.attributes.push_back(std::move(attribute));
    } else {
      known->value = std::move(attribute.value);
    }
  }
  void operator()(SpanEvent&& event) const { record.events.push_back(std::move(event)); }
  void operator()(SpanLink&& link) const { record.links.push_back(std::move(link)); }
  void operator()(StatusChange&& change) const {
    record.status = change.status;
    record.status_message = std::move(change.message);
  }
};

}  // namespace

LiveSpan::LiveSpan(std::shared_ptr<Recorder> recorder, SpanRecord begun)
    : recorder_(std::move(recorder)), begun_(std::move(begun)) {
  if (!begun_.trace.is_sampled()) {
    changes_.close();
  }
}

// NOLINTNEXTLINE(bugprone-exception-escape): only when there is no memory; then the program ends.
LiveSpan::~LiveSpan() {
  end();
}

bool LiveSpan::is_recording() const noexcept {
  return !changes_.is_closed();
}

base::WallTime LiveSpan::now() const {
  return recorder_->now();
}

void LiveSpan::change(SpanChange change) {
  // How it went is always taken, however much was said before.
  const bool is_status = std::holds_alternative<StatusChange>(change);
  const std::size_t limit = limits::span_changes_max + (is_status ? 8 : 0);
  if (changes_.put(std::move(change), limit) == Put::full) {
    recorder_->dropped_span_change();
  }
}

void LiveSpan::end() {
  // Of several calls the first one closes; only that one may touch the record.
  if (!is_recording() || is_ended_.exchange(true)) {
    return;
  }
  for (SpanChange& change : changes_.close()) {
    std::visit(Fold{begun_}, std::move(change));
  }
  SpanRecord ended = std::move(begun_);  // Leaves the ids in place, which others may be reading.
  ended.end = recorder_->now();
  recorder_->take_ended(std::move(ended));
}

}  // namespace iii::telemetry
