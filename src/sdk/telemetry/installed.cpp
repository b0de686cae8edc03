#include "sdk/telemetry/installed.hpp"

#include "sdk/telemetry/live_span.hpp"
#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace iii::telemetry {
namespace {

// The lock is held for a copy of one pointer. (std::atomic<std::shared_ptr> would do, but GCC 12's
// is a lock as well, and one that ThreadSanitizer rightly objects to.)
struct Installed {
  std::mutex mutex;
  std::vector<std::shared_ptr<Recorder>> recorders;
  // Without telemetry nobody takes the lock.
  std::atomic<bool> is_empty = true;
};

// Never destroyed: objects of the program that end after it may still log.
Installed& installed() {
  static auto& all = *new Installed;
  return all;
}

}  // namespace

void install(std::shared_ptr<Recorder> recorder) {
  Installed& all = installed();
  const std::scoped_lock lock(all.mutex);
  all.recorders.push_back(std::move(recorder));
  all.is_empty = false;
}

void uninstall(const std::shared_ptr<Recorder>& recorder) {
  Installed& all = installed();
  const std::scoped_lock lock(all.mutex);
  std::erase(all.recorders, recorder);
  all.is_empty = all.recorders.empty();
}

std::shared_ptr<Recorder> installed_recorder() {
  Installed& all = installed();
  if (all.is_empty) {
    return nullptr;
  }
  const std::scoped_lock lock(all.mutex);
  return all.recorders.empty() ? nullptr : all.recorders.front();
}

std::shared_ptr<Recorder> recorder_of(const Context& context) {
  return context.span() ? context.span()->recorder() : installed_recorder();
}

}  // namespace iii::telemetry
