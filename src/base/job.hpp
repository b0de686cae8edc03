// A callable that is called at most once and may hold what cannot be copied: what threads hand each
// other. (GCC 12 has no std::move_only_function.)
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace iii::base {

class Job {
 public:
  Job() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Job>)
  // NOLINTNEXTLINE(google-explicit-constructor): made from a lambda where a Job is expected.
  Job(F function) : body_(std::make_unique<Body<F>>(std::move(function))) {}

  [[nodiscard]] explicit operator bool() const noexcept { return body_ != nullptr; }
  // Precondition: not empty. Afterwards it is.
  void operator()() { std::exchange(body_, nullptr)->run(); }

 private:
  struct Runnable {
    virtual ~Runnable() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct Body final : Runnable {
    explicit Body(F function_of) : function(std::move(function_of)) {}
    void run() override { function(); }
    F function;
  };

  std::unique_ptr<Runnable> body_;
};

}  // namespace iii::base
