#include "base/assert.hpp"
#include "sdk/telemetry/live_span.hpp"

#include <iii/context.hpp>
#include <iii/trace_context.hpp>

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::inline v0 {
namespace {

// The slot of a thread outside of any task. Objects of the program that end after it, and log or
// record even then, find an empty slot that never ends.
class OwnSlot {
 public:
  explicit OwnSlot(detail::ContextSlot*& current) : current_(current) {
    slot_.is_of_thread = true;
    current_ = &slot_;
  }
  OwnSlot(const OwnSlot&) = delete;
  OwnSlot& operator=(const OwnSlot&) = delete;
  ~OwnSlot() {
    // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): a few bytes, once.
    static auto& late = *new detail::ContextSlot;
    current_ = &late;
  }

 private:
  detail::ContextSlot*& current_;
  detail::ContextSlot slot_;
};

detail::ContextSlot*& slot_of_thread() noexcept {
  thread_local detail::ContextSlot* current = nullptr;
  thread_local const OwnSlot own(current);
  return current;
}

const Context& current() noexcept {
  return slot_of_thread()->context;
}

}  // namespace

namespace detail {

ContextSlot& current_context_slot() noexcept {
  return *slot_of_thread();
}

ContextSlotScope::ContextSlotScope(ContextSlot& slot) noexcept
    : previous_(std::exchange(slot_of_thread(), &slot)) {
}

ContextSlotScope::~ContextSlotScope() {
  slot_of_thread() = previous_;
}

SuspendedFlow::SuspendedFlow() : slot_(current_context_slot().weak_from_this().lock()) {
  if (!slot_) {
    context_ = current();
  }
}

void SuspendedFlow::resume(std::coroutine_handle<> suspended) const {
  // Copies: the coroutine may destroy this while it runs.
  if (const std::shared_ptr<ContextSlot> slot = slot_) {
    const ContextSlotScope scope(*slot);
    suspended.resume();
  } else {
    const ContextScope scope(context_);
    suspended.resume();
  }
}

Context with_more_baggage(const std::vector<Baggage::Entry>& entries) {
  Baggage baggage = current().baggage();
  for (const auto& [key, value] : entries) {
    baggage.set(key, value);
  }
  return current().with_baggage(std::move(baggage));
}

}  // namespace detail

Context Context::with_span(std::shared_ptr<telemetry::LiveSpan> span) const {
  Context changed = *this;
  changed.trace_ = span->trace();
  changed.span_ = std::move(span);
  return changed;
}

Context Context::with_trace(TraceContext trace) const {
  Context changed = *this;
  changed.trace_ = trace;
  changed.span_ = nullptr;
  return changed;
}

Context Context::with_invocation(std::shared_ptr<const Invocation> invocation) const {
  Context changed = *this;
  changed.invocation_ = std::move(invocation);
  return changed;
}

Context Context::with_baggage(Baggage baggage) const {
  Context changed = *this;
  changed.baggage_ = std::move(baggage);
  return changed;
}

ContextScope::ContextScope(Context context)
    : slot_(detail::current_context_slot()),
      is_slot_of_thread_(slot_.is_of_thread),
      previous_(std::exchange(slot_.context, std::move(context))) {
}

ContextScope::~ContextScope() {
  // Only the pointers are compared: the slot of a thread that has ended is gone.
  III_ASSERT(
      !is_slot_of_thread_ || &slot_ == &detail::current_context_slot(),
      "a ContextScope ends on the thread on which it began, unless it stands in an iii::Task"
  );
  slot_.context = std::move(previous_);
}

Context capture_context() {
  return current();
}

std::optional<std::string> current_trace_id() {
  const TraceContext& trace = current().trace();
  return trace.is_valid() ? std::optional(trace.trace_id()) : std::nullopt;
}

std::optional<std::string> current_span_id() {
  const TraceContext& trace = current().trace();
  return trace.is_valid() ? std::optional(trace.span_id()) : std::nullopt;
}

std::optional<std::string> inject_traceparent() {
  const TraceContext& trace = current().trace();
  return trace.is_valid() ? std::optional(trace.traceparent()) : std::nullopt;
}

std::optional<std::string> inject_baggage() {
  const Baggage& baggage = current().baggage();
  return baggage.is_empty() ? std::nullopt : std::optional(baggage.header());
}

Context extract_traceparent(std::string_view traceparent) {
  return Context(TraceContext::parse(traceparent));
}

Context extract_baggage(std::string_view baggage) {
  return Context(TraceContext{}, Baggage::parse(baggage));
}

Context extract_context(std::string_view traceparent, std::string_view baggage) {
  return Context(TraceContext::parse(traceparent), Baggage::parse(baggage));
}

std::optional<std::string> get_baggage_entry(std::string_view key) {
  return current().baggage().get(key);
}

std::vector<Baggage::Entry> get_all_baggage() {
  return current().baggage().entries();
}

Context set_baggage_entry(std::string_view key, std::string_view value) {
  Baggage baggage = current().baggage();
  baggage.set(key, value);
  return current().with_baggage(std::move(baggage));
}

Context remove_baggage_entry(std::string_view key) {
  Baggage baggage = current().baggage();
  baggage.remove(key);
  return current().with_baggage(std::move(baggage));
}

}  // namespace iii::inline v0
