// One run of a function, from its message to its answer, and those that wait to be used again.
#pragma once

#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "sdk/effects.hpp"
#include "sdk/telemetry/invocation_span.hpp"

#include <iii/function.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace iii::sdk {

struct FunctionRun {
  std::optional<base::InvocationId> invocation_id;  // none: nobody waits for an answer
  std::string function_id;
  std::string data_json;
  std::string metadata_json;  // or empty, as the three that follow
  std::string traceparent;
  std::string baggage;
  std::string caller_json;
  std::shared_ptr<const Function> function;
  std::optional<bool> captures_payloads;
  std::optional<telemetry::InvocationSpan> span;
  std::string answer_frame;
  bool is_in_gate = false;

  [[nodiscard]] std::size_t waiting_bytes() const {
    constexpr std::size_t overhead_bytes = 256;
    return overhead_bytes + data_json.size() + metadata_json.size() + caller_json.size();
  }
};

// The memory of a run is filled by two threads. Used again, small texts need none, and neither
// thread waits for the other's allocator. One thread.
class SpareRuns {
 public:
  [[nodiscard]] static bool keeps(const std::string& text) {
    return text.capacity() <= base::limits::spare_run_text_bytes_max;
  }

  [[nodiscard]] std::unique_ptr<FunctionRun> take(const RunFunction& message) {
    std::unique_ptr<FunctionRun> run;
    if (spare_.empty()) {
      run = std::make_unique<FunctionRun>();
    } else {
      run = std::move(spare_.back());
      spare_.pop_back();
    }
    run->invocation_id = message.invocation_id;
    run->function_id = message.function_id;
    run->data_json = message.data_json;
    run->metadata_json = message.metadata_json;
    run->traceparent = message.traceparent;
    run->baggage = message.baggage;
    run->caller_json = message.caller_json;
    return run;
  }

  // Precondition: function and span are gone already, with what belongs to the user.
  void put(std::unique_ptr<FunctionRun> run) {
    III_ASSERT(run->function == nullptr && !run->span, "what belongs to the user is gone");
    if (spare_.size() < base::limits::spare_runs_max && is_small(*run)) {
      run->captures_payloads.reset();
      run->is_in_gate = false;
      spare_.push_back(std::move(run));
    }
  }

  [[nodiscard]] std::size_t size() const { return spare_.size(); }

 private:
  static bool is_small(const FunctionRun& run) {
    for (const std::string* text :
         {&run.function_id,
          &run.data_json,
          &run.metadata_json,
          &run.traceparent,
          &run.baggage,
          &run.caller_json,
          &run.answer_frame}) {
      if (!keeps(*text)) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::unique_ptr<FunctionRun>> spare_;
};

}  // namespace iii::sdk
