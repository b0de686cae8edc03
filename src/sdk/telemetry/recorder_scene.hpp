// For tests: a recorder with a clock that only the test moves, ids that are known beforehand and a
// count of its wakes; installed for as long as the scene lives.
#pragma once

#include "base/time.hpp"
#include "sdk/telemetry/installed.hpp"
#include "sdk/telemetry/recorder.hpp"

#include <chrono>
#include <memory>

namespace iii::telemetry {

class RecorderScene {
 public:
  explicit RecorderScene(RecorderOptions options = {.live_spans = false})
      : recorder(std::make_shared<Recorder>(
            options,
            RecorderPorts{
                .clock = [clock = wall] { return *clock; },
                .wake = [count = wakes] { ++*count; },
                .seed_high = 1,
                .seed_low = 2,
            }
        )) {
    install(recorder);
  }
  RecorderScene(const RecorderScene&) = delete;
  RecorderScene& operator=(const RecorderScene&) = delete;
  ~RecorderScene() { uninstall(recorder); }

  void pass(std::chrono::nanoseconds time) { *wall += time; }
  [[nodiscard]] SpanRecord only_span() const {
    RecordBatch batch = recorder->take();
    return batch.ended.size() == 1 ? batch.ended.front() : SpanRecord{.name = "not one span"};
  }

  std::shared_ptr<base::WallTime> wall =
      std::make_shared<base::WallTime>(std::chrono::seconds(1'760'000'000));
  std::shared_ptr<int> wakes = std::make_shared<int>(0);
  std::shared_ptr<Recorder> recorder;
};

}  // namespace iii::telemetry
