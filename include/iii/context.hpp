// The context of what runs now: trace, baggage, current span, and the call that a function of ours
// answers. Every thread has one; a handler starts with that of its call, and what it calls, logs
// and records belongs there by itself.
//
//   iii::Context context = iii::capture_context();       // take it along …
//   pool.post([context] { context.attach([] { … }); });  // … and work there as if here
//
// A Context is an immutable value, cheap to copy, and may be used on any thread. ContextScope makes
// one current for the rest of a block, also over a co_await in a coroutine that the SDK runs.
#pragma once

#include <iii/trace_context.hpp>

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace iii::telemetry {
class LiveSpan;
}  // namespace iii::telemetry

namespace iii::inline v0 {

struct Invocation;

class Context {
 public:
  Context() = default;
  explicit Context(TraceContext trace, Baggage baggage = {})
      : trace_(trace), baggage_(std::move(baggage)) {}

  [[nodiscard]] const TraceContext& trace() const noexcept { return trace_; }
  [[nodiscard]] const Baggage& baggage() const noexcept { return baggage_; }
  // The same trace and span with other baggage.
  [[nodiscard]] Context with_baggage(Baggage baggage) const;

  // Runs `function` with this context as the current one and returns what it returns.
  template <class Function>
  decltype(auto) attach(Function&& function) const;

  // For the SDK: the span that current_span_…() functions reach; nullptr for a remote parent.
  [[nodiscard]] Context with_span(std::shared_ptr<telemetry::LiveSpan> span) const;
  // Another parent from outside of this process.
  [[nodiscard]] Context with_trace(TraceContext trace) const;
  [[nodiscard]] const std::shared_ptr<telemetry::LiveSpan>& span() const noexcept { return span_; }
  // Likewise, what current_invocation() gives.
  [[nodiscard]] Context with_invocation(std::shared_ptr<const Invocation> invocation) const;
  [[nodiscard]] const std::shared_ptr<const Invocation>& invocation() const noexcept {
    return invocation_;
  }

 private:
  TraceContext trace_;
  Baggage baggage_;
  std::shared_ptr<telemetry::LiveSpan> span_;
  std::shared_ptr<const Invocation> invocation_;  // shared by all that belongs to the call
};

namespace detail {

// Where the current context of one flow of execution is kept: of a thread, or of a task that moves
// between threads. Whoever resumes a task makes the task's slot the current one for that time.
// Slots of tasks are shared: by the task and whoever is going to resume it.
struct ContextSlot : std::enable_shared_from_this<ContextSlot> {
  Context context;
  bool is_of_thread = false;
};

[[nodiscard]] ContextSlot& current_context_slot() noexcept;

// Around each resumption of a task, on the thread that resumes it.
class ContextSlotScope {
 public:
  explicit ContextSlotScope(ContextSlot& slot) noexcept;
  ContextSlotScope(const ContextSlotScope&) = delete;
  ContextSlotScope& operator=(const ContextSlotScope&) = delete;
  ~ContextSlotScope();

 private:
  ContextSlot* previous_;
};

// What a coroutine that suspends leaves to whoever resumes it. Made where it suspends. A task goes
// on in its own slot; a coroutine of another kind gets a copy of the context, in the slot of the
// thread that resumes it.
class SuspendedFlow {
 public:
  SuspendedFlow();
  void resume(std::coroutine_handle<> suspended) const;

 private:
  std::shared_ptr<ContextSlot> slot_;
  Context context_;  // without a slot
};

}  // namespace detail

// Makes a context current until the end of the block. Scopes of one flow end in reverse order.
class [[nodiscard]] ContextScope {
 public:
  [[nodiscard]] explicit ContextScope(Context context);
  ContextScope(const ContextScope&) = delete;
  ContextScope& operator=(const ContextScope&) = delete;
  ~ContextScope();

 private:
  detail::ContextSlot& slot_;  // a task's wherever there is one: it may end on another thread
  bool is_slot_of_thread_;
  Context previous_;
};

template <class Function>
decltype(auto) Context::attach(Function&& function) const {
  const ContextScope scope(*this);
  return std::forward<Function>(function)();
}

// The context of what runs now, to be attached elsewhere.
[[nodiscard]] Context capture_context();

// Of the current context; nothing outside of any trace.
[[nodiscard]] std::optional<std::string> current_trace_id();
// Likewise: 16 hexadecimal digits.
[[nodiscard]] std::optional<std::string> current_span_id();

// Header texts of the current context; nothing if there is no trace or no baggage.
[[nodiscard]] std::optional<std::string> inject_traceparent();
// Likewise, the header `baggage`.
[[nodiscard]] std::optional<std::string> inject_baggage();

// Contexts made from header texts; empty or unreadable texts give empty parts.
[[nodiscard]] Context extract_traceparent(std::string_view traceparent);
// Only baggage, without a trace.
[[nodiscard]] Context extract_baggage(std::string_view baggage);
// Both.
[[nodiscard]] Context extract_context(std::string_view traceparent, std::string_view baggage);

// Of the current context; nothing if there is no such entry.
[[nodiscard]] std::optional<std::string> get_baggage_entry(std::string_view key);
// Of the current context, in the order in which they were set.
[[nodiscard]] std::vector<Baggage::Entry> get_all_baggage();

// A new context; the current one is not changed. What Baggage::set refuses is left out.
[[nodiscard]] Context set_baggage_entry(std::string_view key, std::string_view value);
// A new context without the entry.
[[nodiscard]] Context remove_baggage_entry(std::string_view key);

namespace detail {
// Of what a block is run with: a coroutine would leave the block at its first co_await.
template <class Returned>
consteval void refuse_coroutine() {
  static_assert(
      !requires { typename Returned::promise_type; },
      "iii: this function is a coroutine, which outlives the block it is given to; use ActiveSpan "
      "or ContextScope inside of it"
  );
}
[[nodiscard]] Context with_more_baggage(const std::vector<Baggage::Entry>& entries);
}  // namespace detail

// Runs `function` with the entries set over the current baggage; nothing leaks out.
template <class Function>
decltype(auto) run_with_baggage(const std::vector<Baggage::Entry>& entries, Function&& function) {
  detail::refuse_coroutine<std::invoke_result_t<Function>>();
  return detail::with_more_baggage(entries).attach(std::forward<Function>(function));
}

}  // namespace iii::inline v0
