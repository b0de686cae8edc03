#include "sdk/driver_run.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/uuid.hpp"
#include "sdk/effects.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace iii::sdk {
namespace {

TEST(SpareRuns, know_nothing_of_the_run_before) {
  SpareRuns runs;
  auto first = runs.take(RunFunction{
      .function_id = "f",
      .data_json = "[1]",
      .metadata_json = "{}",
      .traceparent = "00-…",
      .baggage = "a=1",
      .caller_json = "[]"
  });
  first->invocation_id = base::InvocationId(base::Uuid{});
  first->captures_payloads = true;
  first->is_in_gate = true;
  const FunctionRun* const same = first.get();
  runs.put(std::move(first));
  const auto second = runs.take(RunFunction{.function_id = "g", .data_json = "2"});
  EXPECT_EQ(second.get(), same);
  EXPECT_EQ(second->function_id, "g");
  EXPECT_EQ(second->data_json, "2");
  for (const std::string* text :
       {&second->metadata_json, &second->traceparent, &second->baggage, &second->caller_json}) {
    EXPECT_EQ(*text, "");
  }
  EXPECT_EQ(second->invocation_id, std::nullopt);
  EXPECT_EQ(second->captures_payloads, std::nullopt);
  EXPECT_FALSE(second->is_in_gate);
}

TEST(SpareRuns, are_few_and_small) {
  SpareRuns runs;
  const std::string large(base::limits::spare_run_text_bytes_max + 1, 'x');
  runs.put(runs.take(RunFunction{.function_id = "f", .data_json = large}));
  auto answered = runs.take(RunFunction{.function_id = "f", .data_json = "1"});
  answered->answer_frame = large;
  runs.put(std::move(answered));
  EXPECT_EQ(runs.size(), 0U);
  for (std::size_t i = 0; i <= base::limits::spare_runs_max; ++i) {
    runs.put(std::make_unique<FunctionRun>());
  }
  EXPECT_EQ(runs.size(), base::limits::spare_runs_max);
}

}  // namespace
}  // namespace iii::sdk
