// Spans: named pieces of work with a beginning and an end, which the engine shows as a tree. Each
// handler call is one already; these make more below it.
//
//   iii::with_span("charge card", [&] { … });             // Ok, or Error with what was thrown
//   iii::ActiveSpan span("read stock");                   // for the rest of the block
//   iii::set_current_span_attribute("item", "tea");
//
// Without telemetry everything works and records nothing. Any thread may use any span; nothing here
// waits. with_span takes no coroutine, which would leave the span at its first co_await: use
// ActiveSpan inside of it.
#pragma once

#include <iii/context.hpp>
#include <iii/json.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace iii::inline v0 {

struct Attribute {
  std::string key;
  Json value;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};
using Attributes = std::vector<Attribute>;

// The numbers of OTLP.
enum class SpanKind : std::uint8_t { internal = 1, server, client, producer, consumer };

struct SpanOptions {
  SpanKind kind = SpanKind::internal;
  std::string traceparent = {};  // the parent; when empty, the current span
  Attributes attributes = {};
};

// A handle; copies mean the same span. It ends with end(), or with its last handle. After that, and
// when it was made without telemetry, it takes nothing any more.
class Span {
 public:
  Span() = default;
  explicit Span(std::shared_ptr<telemetry::LiveSpan> span) noexcept : span_(std::move(span)) {}

  [[nodiscard]] bool is_recording() const noexcept;
  [[nodiscard]] TraceContext trace() const noexcept;

  // Overwrites the attribute of that key.
  void set_attribute(std::string key, Json value) const;
  // Something that happened now.
  void add_event(std::string name, Attributes attributes = {}) const;
  // Another span that this one has to do with, without being its child.
  void add_link(TraceContext to, Attributes attributes = {}) const;
  // Status Ok.
  void set_ok() const;
  // Status Error with this description.
  void set_error(std::string message) const;
  // The event `exception`; leaves the status as it is.
  void record_exception(
      const std::string& type, const std::string& message, const std::string& stacktrace = {}
  ) const;
  // Now, once.
  void end() const;

 private:
  std::shared_ptr<telemetry::LiveSpan> span_;
};

// Begins a span without making it the current one.
[[nodiscard]] Span start_span(std::string name, SpanOptions options = {});

// Begins a span that is the current one until the end of the block, where it ends.
class [[nodiscard]] ActiveSpan {
 public:
  [[nodiscard]] explicit ActiveSpan(std::string name, SpanOptions options = {});
  ActiveSpan(const ActiveSpan&) = delete;
  ActiveSpan& operator=(const ActiveSpan&) = delete;
  ~ActiveSpan();

  const Span& operator*() const noexcept { return span_; }
  const Span* operator->() const noexcept { return &span_; }

 private:
  struct Begun {
    Span span;
    Context context;
  };
  explicit ActiveSpan(Begun begun);
  static Begun begin(std::string name, SpanOptions options);

  Span span_;
  ContextScope scope_;
};

// Of the current span; without one they do nothing.
[[nodiscard]] bool current_span_is_recording() noexcept;
// As Span::set_attribute(), on the current span.
void set_current_span_attribute(std::string key, Json value);
// As Span::set_error(), on the current span.
void set_current_span_error(std::string message);
// As Span::add_event(), on the current span.
void record_span_event(std::string name, Attributes attributes = {});

namespace detail {

void fail_span(const Span& span, std::string message);
// What std::current_exception() says.
[[nodiscard]] std::string current_exception_text();

// A Result that holds an error fails the span as an exception does.
template <class Outcome>
void set_outcome(const Span& span, const Outcome& outcome) {
  if constexpr (requires {
                  { outcome.has_value() } -> std::convertible_to<bool>;
                  outcome.error();
                }) {
    if (!outcome.has_value()) {
      const auto& error = outcome.error();
      if constexpr (requires { std::string(error.message()); }) {
        fail_span(span, std::string(error.message()));
      } else if constexpr (requires { std::string(error.message); }) {
        fail_span(span, std::string(error.message));
      } else {
        fail_span(span, "failed");
      }
      return;
    }
  }
  span.set_ok();
}

}  // namespace detail

// Runs `function` in a span of its own and returns what it returns. What it throws, or an error in
// the Result it returns, becomes status Error and the event `exception`.
template <class Function>
auto with_span(std::string name, SpanOptions options, Function&& function)
    -> std::invoke_result_t<Function> {
  detail::refuse_coroutine<std::invoke_result_t<Function>>();
  const ActiveSpan span(std::move(name), std::move(options));
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Function>>) {
      std::invoke(std::forward<Function>(function));
      span->set_ok();
    } else {
      // NOLINTNEXTLINE(misc-const-correctness): it is moved out.
      std::invoke_result_t<Function> outcome = std::invoke(std::forward<Function>(function));
      detail::set_outcome(*span, outcome);
      return outcome;
    }
  } catch (...) {
    detail::fail_span(*span, detail::current_exception_text());
    throw;
  }
}

template <class Function>
auto with_span(std::string name, Function&& function) -> std::invoke_result_t<Function> {
  return with_span(std::move(name), SpanOptions{}, std::forward<Function>(function));
}

// The same without a status.
template <class Function>
auto run_in_span(std::string name, Function&& function) -> std::invoke_result_t<Function> {
  detail::refuse_coroutine<std::invoke_result_t<Function>>();
  const ActiveSpan span(std::move(name));
  return std::invoke(std::forward<Function>(function));
}

}  // namespace iii::inline v0
