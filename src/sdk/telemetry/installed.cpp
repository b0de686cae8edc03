#include "sdk/telemetry/installed.hpp"

#include "sdk/telemetry/live_span.hpp"
#include "sdk/telemetry/recorder.hpp"

#include <iii/context.hpp>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace iii::telemetry {
namespace {

using Recorders = std::vector<std::shared_ptr<Recorder>>;

// Never destroyed: objects of the program that end after it may still log.
std::atomic<std::shared_ptr<const Recorders>>& recorders() {
  static auto& all = *new std::atomic<std::shared_ptr<const Recorders>>;
  return all;
}

template <class Change>
void change_recorders(Change change) {
  std::shared_ptr<const Recorders> before = recorders().load();
  std::shared_ptr<const Recorders> after;
  do {
    Recorders changed = before ? *before : Recorders{};
    change(changed);
    after = changed.empty() ? nullptr : std::make_shared<const Recorders>(std::move(changed));
  } while (!recorders().compare_exchange_weak(before, after));
}

}  // namespace

void install(std::shared_ptr<Recorder> recorder) {
  change_recorders([&](Recorders& all) { all.push_back(recorder); });
}

void uninstall(const std::shared_ptr<Recorder>& recorder) {
  change_recorders([&](Recorders& all) { std::erase(all, recorder); });
}

std::shared_ptr<Recorder> installed_recorder() {
  const std::shared_ptr<const Recorders> all = recorders().load();
  return all ? all->front() : nullptr;
}

std::shared_ptr<Recorder> recorder_of(const Context& context) {
  return context.span() ? context.span()->recorder() : installed_recorder();
}

}  // namespace iii::telemetry
