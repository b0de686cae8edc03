// sdkload: a worker and a caller made with the SDK, to be compared with iiiload's, which speak the
// protocol over raw sockets (bench/sdk).
//
//   sdkload worker URL PREFIX
//       serves PREFIX::raw and PREFIX::typed until the end of its input
//   sdkload caller URL FUNCTION IN_FLIGHT SECONDS
//       prints a line of JSON like iiiload's
//   sdkload typed-caller URL FUNCTION IN_FLIGHT SECONDS
//       likewise; a struct goes out and comes back
//   sdkload idle URL
//       a worker that nobody calls, until the end of its input
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/trigger.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <mutex>
#include <ratio>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What iiiload sends: 100 bytes of JSON.
struct Payload {
  std::string p;
};
III_DESCRIBE(Payload, p)

iii::InitOptions options() {
  iii::InitOptions options;
  options.reconnection.initial_delay_ms = 10;
  return options;
}

void wait_for_end_of_input() {
  for (std::string line; std::getline(std::cin, line);) {
  }
}

void work(const std::string& url, const std::string& prefix) {
  iii::Client client = iii::register_worker(url, options());
  client.register_function(prefix + "::raw", [](const iii::Json& in) { return in; });
  client.register_function(prefix + "::typed", [](const Payload& in) { return in; });
  wait_for_end_of_input();
  client.shutdown();
}

void idle(const std::string& url) {
  iii::Client client = iii::register_worker(url, options());
  client.register_function("idle::raw", [](const iii::Json& in) { return in; });
  // Threads of the pool are started by work: a worker that never had any would sleep too well.
  constexpr int call_count = 100;
  std::vector<std::future<iii::Json>> calls;
  calls.reserve(call_count);
  for (int i = 0; i < call_count; ++i) {
    calls.push_back(client.trigger_future({.function_id = "idle::raw", .timeout = 5s}));
  }
  for (const auto& call : calls) {
    call.wait();
  }
  wait_for_end_of_input();
  client.shutdown();
}

const std::string text(92, 'x');

// What is called, the same in every call.
class RawCall {
 public:
  explicit RawCall(const std::string& function)
      : request_{.function_id = function, .payload = {{"p", text}}} {}

  [[nodiscard]] const iii::TriggerRequest& request() const { return request_; }
  [[nodiscard]] static bool is_answer(const iii::Json&) { return true; }

 private:
  iii::TriggerRequest request_;
};

// A struct for each call, and one made of each answer: what Client::call() does, for calls of which
// many are in flight.
class TypedCall {
 public:
  explicit TypedCall(std::string function) : function_(std::move(function)) {}

  [[nodiscard]] iii::TriggerRequest request() const {
    return {.function_id = function_, .payload = iii::to_json(Payload{.p = text})};
  }
  [[nodiscard]] static bool is_answer(const iii::Json& json) {
    const iii::Result<Payload> answer = iii::from_json<Payload>(json);
    return answer && answer->p.size() == text.size();
  }

 private:
  std::string function_;
};

// Keeps a number of calls in flight.
template <class Call>
class Caller {
 public:
  Caller(iii::Client& client, const std::string& function) : client_(client), call_(function) {}

  void run(std::size_t in_flight, std::chrono::nanoseconds warmup, std::chrono::nanoseconds time) {
    for (std::size_t i = 0; i < in_flight; ++i) {
      call();
    }
    pause(warmup);
    {
      const std::lock_guard lock(mutex_);
      latencies_us_.clear();
    }
    const auto begin = Clock::now();
    pause(time);
    is_over_ = true;
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::unique_lock lock(mutex_);
    std::vector<float> latencies = latencies_us_;
    const bool is_complete = done_.wait_for(lock, 2s, [this] { return open_ == 0; });
    std::ranges::sort(latencies);
    const auto at = [&latencies](double share) {
      return latencies.empty() ? 0.0
                               : static_cast<double>(latencies[static_cast<std::size_t>(
                                     share * static_cast<double>(latencies.size() - 1)
                                 )]);
    };
    std::printf(
        R"({"per_second":%.0f,"p50_us":%.1f,"p99_us":%.1f,"errors":%llu,"lost":%zu})"
        "\n",
        static_cast<double>(latencies.size()) / seconds,
        at(.5),
        at(.99),
        static_cast<unsigned long long>(errors_.load()),
        is_complete ? 0 : open_
    );
  }

 private:
  void call() {
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    const auto begin = Clock::now();
    client_.trigger(call_.request(), [this, begin](const iii::Result<iii::Json>& result) {
      const bool has_failed = !result || !Call::is_answer(*result);
      on_ended(std::chrono::duration<float, std::micro>(Clock::now() - begin).count(), has_failed);
    });
  }

  void on_ended(float latency_us, bool has_failed) {
    errors_ += has_failed ? 1 : 0;
    {
      const std::lock_guard lock(mutex_);
      latencies_us_.push_back(latency_us);
      --open_;
    }
    if (!is_over_) {
      call();
    } else {
      done_.notify_all();
    }
  }

  void pause(std::chrono::nanoseconds time) {
    std::unique_lock lock(mutex_);
    static_cast<void>(done_.wait_for(lock, time, [] { return false; }));
  }

  iii::Client& client_;
  const Call call_;
  std::atomic<bool> is_over_ = false;
  std::atomic<std::uint64_t> errors_ = 0;
  std::mutex mutex_;
  std::condition_variable done_;
  std::size_t open_ = 0;
  std::vector<float> latencies_us_;
};

template <class Call>
void call(const std::string& url, const std::string& function, std::size_t count, double seconds) {
  iii::Client client = iii::register_worker(url, options());
  static_cast<void>(client.try_trigger({.function_id = function, .payload = {{"p", "first"}}}));
  Caller<Call>(client, function)
      .run(
          count,
          500ms,
          std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds
          ))
      );
  client.shutdown();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv, argv + argc);
  const std::string mode = words.size() > 1 ? words[1] : "";
  try {
    if (mode == "worker" && words.size() == 4) {
      work(words[2], words[3]);
    } else if (mode == "caller" && words.size() == 6) {
      call<RawCall>(words[2], words[3], std::stoul(words[4]), std::stod(words[5]));
    } else if (mode == "typed-caller" && words.size() == 6) {
      call<TypedCall>(words[2], words[3], std::stoul(words[4]), std::stod(words[5]));
    } else if (mode == "idle" && words.size() == 3) {
      idle(words[2]);
    } else {
      std::cerr << "sdkload: wrong use, see the head of bench/sdkload/main.cpp\n";
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << "sdkload: " << error.what() << '\n';
    return 2;
  }
  return EXIT_SUCCESS;
}
