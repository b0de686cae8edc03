// Where a coroutine meets the end of its operation.
#include <iii/channel.hpp>
#include <iii/context.hpp>
#include <iii/result.hpp>

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace iii::inline v0::detail {

template <class T>
struct ChannelAwaiter<T>::State {
  std::optional<Result<T>> result;
  // Set by the first of the two that meet: the operation that has ended, and the coroutine that has
  // been suspended. The second goes on with the coroutine.
  std::atomic<bool> has_first_come{false};
};

template <class T>
ChannelAwaiter<T>::ChannelAwaiter(Start start, Resume resume)
    : state_(std::make_shared<State>()), start_(std::move(start)), resume_(std::move(resume)) {
}

template <class T>
bool ChannelAwaiter<T>::await_suspend(std::coroutine_handle<> awaiting) {
  const std::shared_ptr<State> state = state_;
  start_([state, resume = resume_, awaiting, flow = SuspendedFlow()](Result<T> result) {
    state->result.emplace(std::move(result));
    if (state->has_first_come.exchange(true)) {
      resume([awaiting, flow] { flow.resume(awaiting); });
    }
  });
  return !state->has_first_come.exchange(true);
}

template <class T>
T ChannelAwaiter<T>::await_resume() const {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): it resumes only with a result
  return std::move(*state_->result).value();
}

template class ChannelAwaiter<void>;
template class ChannelAwaiter<std::optional<ChannelMessage>>;

}  // namespace iii::inline v0::detail
