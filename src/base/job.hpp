// A callable that is called at most once and may hold what cannot be copied: what threads hand each
// other. A small one needs no memory of its own, for which one thread would wait for the other's
// allocator. (GCC 12 has no std::move_only_function.)
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace iii::base {

class Job {
 public:
  Job() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Job>)
  // NOLINTNEXTLINE(google-explicit-constructor): made from a lambda where a Job is expected.
  Job(F function) {
    if constexpr (fits<F>) {
      body_ = ::new (storage_) Body<F>(std::move(function));
    } else {
      body_ = ::new (storage_) Body<Boxed<F>>({std::make_unique<F>(std::move(function))});
    }
  }
  Job(Job&& other) noexcept { take(other); }
  Job& operator=(Job&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~Job() { reset(); }

  [[nodiscard]] explicit operator bool() const noexcept { return body_ != nullptr; }
  // Precondition: not empty. Afterwards it is.
  void operator()() {
    Job running(std::move(*this));
    running.body_->run();
  }

 private:
  struct Runnable {
    virtual ~Runnable() = default;
    virtual void run() = 0;
    virtual Runnable* move_to(void* storage) noexcept = 0;
  };
  template <class F>
  struct Body final : Runnable {
    explicit Body(F function_of) : function(std::move(function_of)) {}
    void run() override { function(); }
    Runnable* move_to(void* storage) noexcept override {
      return ::new (storage) Body(std::move(function));
    }
    F function;
  };
  template <class F>
  struct Boxed {
    std::unique_ptr<F> function;
    void operator()() { (*function)(); }
  };

  static constexpr std::size_t storage_bytes = 48;  // a table of functions, and five pointers
  template <class F>
  static constexpr bool fits =
      sizeof(Body<F>) <= storage_bytes && alignof(Body<F>) <= alignof(std::max_align_t) &&
      std::is_nothrow_move_constructible_v<F>;

  void take(Job& other) noexcept {
    if (other.body_ != nullptr) {
      body_ = other.body_->move_to(storage_);
      other.reset();
    }
  }
  void reset() noexcept {
    if (Runnable* const body = std::exchange(body_, nullptr)) {
      body->~Runnable();
    }
  }

  alignas(std::max_align_t) std::byte storage_[storage_bytes];
  Runnable* body_ = nullptr;
};

}  // namespace iii::base
