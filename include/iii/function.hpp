// What a worker offers: functions, written in whichever of these forms suits.
//
//   client.register_function("math::add", [](const Sum& in) { return in.a + in.b; });  // typed
//   client.register_function("echo", [](const iii::Json& in) { return in; });  // JSON
//   client.register_function("who", [](const iii::Json&, const iii::Invocation& call) { … });
//   client.register_function("sum", [](Numbers in) -> iii::Task<int> { … co_return n; });
//
// A parameter or result is iii::Json or any type that iii/describe.hpp knows; a described type also
// gives the function its schema. Throwing iii::Error::remote(code, message) sends exactly these;
// any other exception becomes `invocation_failed`. Functions run on threads of the handler pool,
// several at a time: what they share needs a lock. What a registered lambda has captured lives as
// long as its calls, in coroutines too; elsewhere a lambda that is a coroutine must not capture.
#pragma once

#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>
#include <iii/task.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

namespace iii::sdk {
class Driver;
struct FunctionStatus;
}  // namespace iii::sdk

namespace iii::inline v0 {

// Who called, where the engine tells workers without observers; what it leaves out is empty.
struct Caller {
  std::string worker_id;
  std::string worker_name;
  std::string function_id;    // that called, where it was a function
  std::string invocation_id;  // of that function
  // Who had called that function; who had called before is not told.
  std::shared_ptr<const Caller> parent;
};

// One call of a function of ours. A value: a coroutine may keep it.
struct Invocation {
  std::string id;  // empty when nobody waits for the answer
  std::string function_id;
  std::optional<Json> metadata;
  std::string traceparent;  // W3C, or empty
  std::string baggage;      // W3C, or empty
  std::optional<Caller> caller = {};
  // Requested when the client shuts down: long work should look at it.
  std::stop_token stop;
};

// The call that runs now; nullptr outside of any. For what a function calls in turn, without
// handing the Invocation down: it follows threads and coroutines as the context does
// (iii/context.hpp).
[[nodiscard]] std::shared_ptr<const Invocation> current_invocation();

struct FunctionDetails {
  std::string description = {};
  // Of untyped functions, or instead of the schema of the types.
  std::optional<Json> request_format = {};
  std::optional<Json> response_format = {};
  std::optional<Json> metadata = {};
  // Calls of this function that run at once, the others wait in order; 0: no limit.
  std::size_t max_concurrent_invocations = 0;
  // Whether the span of each call shows payload and result. None: as OtelConfig::trace_payloads has
  // it.
  std::optional<bool> trace_payloads = {};
};

namespace detail {

// First parameter (as written and by value), second parameter and result of a callable that is not
// overloaded.
template <class F>
struct Signature {
  static constexpr bool is_known = false;
};
template <class F>
  requires requires { &F::operator(); }
struct Signature<F> : Signature<decltype(&F::operator())> {};
template <class R>
struct Signature<R (*)()> {
  static constexpr bool is_known = true;
  using Result = R;
  using Parameter = void;
  using First = void;
  static constexpr bool takes_invocation = false;
};
template <class R, class A>
struct Signature<R (*)(A)> {
  static constexpr bool is_known = true;
  using Result = R;
  using Parameter = A;
  using First = std::remove_cvref_t<A>;
  static constexpr bool takes_invocation = false;
};
template <class R, class A, class B>
struct Signature<R (*)(A, B)> {
  static constexpr bool is_known = true;
  using Result = R;
  using Parameter = A;
  using First = std::remove_cvref_t<A>;
  static constexpr bool takes_invocation = true;
  static_assert(
      std::is_same_v<std::remove_cvref_t<B>, Invocation>,
      "the second parameter of a function is iii::Invocation"
  );
};
template <class R, class C, class... As>
struct Signature<R (C::*)(As...)> : Signature<R (*)(As...)> {};
template <class R, class C, class... As>
struct Signature<R (C::*)(As...) const> : Signature<R (*)(As...)> {};
template <class R, class... As>
struct Signature<R (*)(As...) noexcept> : Signature<R (*)(As...)> {};
template <class R, class C, class... As>
struct Signature<R (C::*)(As...) noexcept> : Signature<R (*)(As...)> {};
template <class R, class C, class... As>
struct Signature<R (C::*)(As...) const noexcept> : Signature<R (*)(As...)> {};

template <class T>
struct TaskValue {
  using type = T;
  static constexpr bool is_task = false;
};
template <class T>
struct TaskValue<Task<T>> {
  using type = T;
  static constexpr bool is_task = true;
};
template <class T>
struct ResultValue {
  using type = T;
  static constexpr bool is_result = false;
};
template <class T>
struct ResultValue<Result<T, Error>> {
  using type = T;
  static constexpr bool is_result = true;
};

// What a parameter of this type is given: JSON that is only looked at is not copied.
template <class Parameter>
std::conditional_t<
    std::is_same_v<Parameter, const Json&>,
    const Json&,
    std::remove_cvref_t<Parameter>>
argument(const Json& json) {
  using T = std::remove_cvref_t<Parameter>;
  if constexpr (std::is_same_v<T, Json>) {
    return json;  // NOLINT(bugprone-return-const-ref-from-parameter): of the caller, who keeps it
  } else {
    return from_json<T>(json).value();
  }
}

template <class T>
Json answer(T&& value) {
  using Value = std::remove_cvref_t<T>;
  if constexpr (ResultValue<Value>::is_result) {
    if constexpr (std::is_void_v<typename Value::value_type>) {
      value.value();
      return nullptr;
    } else {
      return answer(std::forward<T>(value).value());
    }
  } else if constexpr (std::is_same_v<Value, Json>) {
    return std::forward<T>(value);
  } else {
    return to_json(value);
  }
}

template <class T>
Json schema_of() {
  return json_schema<T>();
}

}  // namespace detail

// A function of any of the forms above; made implicitly where one is expected.
class Function {
 public:
  using Plain = std::function<Json(const Json&, const Invocation&)>;
  using Coroutine = std::function<Task<Json>(Json, std::shared_ptr<const Invocation>)>;
  using Schema = Json (*)();

  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Function>)
  // NOLINTNEXTLINE(google-explicit-constructor): see above.
  Function(F function) {
    static_assert(
        detail::Signature<F>::is_known,
        "iii: a function of a worker takes nothing, or its input, or its input and an "
        "iii::Invocation; it is not overloaded and has no auto parameters"
    );
    if constexpr (detail::Signature<F>::is_known) {
      take(std::move(function));
    }
  }

  [[nodiscard]] const Plain& plain() const { return plain_; }
  [[nodiscard]] const Coroutine& coroutine() const { return coroutine_; }
  // nullptr: untyped.
  [[nodiscard]] Schema request_schema() const { return request_schema_; }
  [[nodiscard]] Schema response_schema() const { return response_schema_; }

 private:
  template <class F>
  void take(F function) {
    using Signature = detail::Signature<F>;
    using Returned = typename Signature::Result;
    using Value = typename detail::TaskValue<Returned>::type;
    using Answer = typename detail::ResultValue<Value>::type;
    using Parameter = typename Signature::Parameter;
    using First = typename Signature::First;
    if constexpr (detail::TaskValue<Returned>::is_task) {
      coroutine_ = as_coroutine<Parameter, Signature::takes_invocation>(std::move(function));
    } else {
      plain_ = as_plain<Parameter, Signature::takes_invocation>(std::move(function));
    }
    if constexpr (!std::is_same_v<First, Json> && !std::is_void_v<First>) {
      request_schema_ = &detail::schema_of<First>;
    }
    if constexpr (!std::is_same_v<Answer, Json>) {
      response_schema_ = &detail::schema_of<Answer>;
    }
  }

  template <class Parameter, bool takes_invocation, class F>
  static decltype(auto) call(F& function, const Json& input, const Invocation& invocation) {
    if constexpr (std::is_void_v<Parameter>) {
      return function();
    } else if constexpr (takes_invocation) {
      return function(detail::argument<Parameter>(input), invocation);
    } else {
      return function(detail::argument<Parameter>(input));
    }
  }

  template <class Parameter, bool takes_invocation, class F>
  static Plain as_plain(F function) {
    return [function = std::move(function)](const Json& input, const Invocation& call_of) mutable {
      if constexpr (std::is_void_v<typename detail::Signature<F>::Result>) {
        call<Parameter, takes_invocation>(function, input, call_of);
        return Json(nullptr);
      } else {
        return detail::answer(call<Parameter, takes_invocation>(function, input, call_of));
      }
    };
  }

  // Shared, so that a call that still runs keeps what the function captured.
  template <class Parameter, bool takes_invocation, class F>
  static Coroutine as_coroutine(F function) {
    return [shared = std::make_shared<F>(std::move(function)
            )](Json input, std::shared_ptr<const Invocation> call_of) {
      return run<Parameter, takes_invocation>(shared, std::move(input), std::move(call_of));
    };
  }
  template <class Parameter, bool takes_invocation, class F>
  static Task<Json> run(
      std::shared_ptr<F> function, Json input, std::shared_ptr<const Invocation> call_of
  ) {
    using Value = typename detail::TaskValue<typename detail::Signature<F>::Result>::type;
    if constexpr (std::is_void_v<Value>) {
      co_await call<Parameter, takes_invocation>(*function, input, *call_of);
      co_return Json(nullptr);
    } else {
      co_return detail::answer(
          co_await call<Parameter, takes_invocation>(*function, input, *call_of)
      );
    }
  }

  Plain plain_;
  Coroutine coroutine_;
  Schema request_schema_ = nullptr;
  Schema response_schema_ = nullptr;
};

// A registered function. Copies are the same function; dropping them changes nothing.
class FunctionRef {
 public:
  FunctionRef(
      std::weak_ptr<sdk::Driver> driver,
      std::string id,
      std::uint64_t registration,
      std::shared_ptr<const sdk::FunctionStatus> status
  )
      : driver_(std::move(driver)),
        id_(std::move(id)),
        registration_(registration),
        status_(std::move(status)) {}

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  // Calls that run already end as usual. The id may be registered again; that other function is
  // never what this handle unregisters.
  void unregister() const;
  // Why the engine does not serve it: of kind registration_rejected, when another worker of the
  // same namespace, or the engine itself, has the id. None: it has not said so over this
  // connection. Engines of line 0.23, and `iiid` of its own functions.
  [[nodiscard]] std::optional<Error> status() const;

 private:
  std::weak_ptr<sdk::Driver> driver_;
  std::string id_;
  std::uint64_t registration_;
  std::shared_ptr<const sdk::FunctionStatus> status_;  // shared with the client
};

}  // namespace iii::inline v0
