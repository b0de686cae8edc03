#include "simulation/simulation.hpp"

#include "base/limits.hpp"
#include "base/time.hpp"
#include "simulation/chance.hpp"
#include "simulation/checks.hpp"
#include "simulation/crowd.hpp"
#include "simulation/engine_process.hpp"
#include "simulation/journal.hpp"
#include "simulation/network.hpp"
#include "simulation/planted_bug.hpp"
#include "simulation/world.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace iii::simulation {

using std::chrono::seconds;

namespace {

// After such a time without faults every deadline, grace time and silence has passed, and channels
// with an end that nobody claims are forgotten; triggers may make some until all have left.
constexpr auto calm_time = base::limits::channel_unclaimed_max + seconds(30);
constexpr auto leaving_time = base::limits::channel_unclaimed_max + seconds(60);

class Run {
 public:
  explicit Run(const RunOptions& options)
      : bug_(options.bug),
        world_(options.seed, options.journal_lines),
        network_(world_),
        checks_(world_, network_),
        crowd_(world_, network_, checks_, options.bug) {}

  void play();
  [[nodiscard]] RunOutcome outcome() const;

 private:
  void plan_faults();
  void plan(std::size_t count, const std::function<void()>& fault);
  void run_until(base::MonotonicTime end);
  void start_engine();
  void end_engine();
  void crash_engine();
  void stop_engine();
  void advance_stop();

  PlantedBug bug_;
  World world_;
  Network network_;
  Checks checks_;
  std::unique_ptr<EngineProcess> engine_;
  bool is_engine_stopping_ = false;
  base::MonotonicTime drain_deadline_;
  Crowd crowd_;
  std::uint64_t events_ = 0;
  std::uint64_t calls_ = 0;
};

void Run::play() {
  start_engine();
  crowd_.start();
  plan_faults();
  run_until(world_.agenda.time() + world_.setting.activity());

  world_.is_calm = true;
  network_.end_slow_reading();
  crowd_.become_calm();
  run_until(world_.agenda.time() + calm_time);
  checks_.on_quiet(engine_->core());
  crowd_.check_quiet();

  crowd_.leave();
  run_until(world_.agenda.time() + leaving_time);
  checks_.on_empty(engine_->core());
  crowd_.check_left();
  calls_ += engine_->core().counters().invocations;
}

RunOutcome Run::outcome() const {
  std::ostringstream journal;
  world_.journal.print(journal);
  return {.violation = {}, .journal = journal.str(), .events = events_, .calls = calls_};
}

void Run::run_until(base::MonotonicTime end) {
  for (;;) {
    const base::MonotonicTime deadline = engine_ ? engine_->next_deadline() : base::never;
    const base::MonotonicTime next = world_.agenda.next();
    if (std::min(deadline, next) > end) {
      break;
    }
    ++events_;
    if (deadline < next || (deadline == next && world_.chance.one_in(2))) {
      world_.agenda.jump_to(deadline);
      engine_->on_time();
    } else {
      world_.agenda.run_next();
    }
    if (is_engine_stopping_) {
      advance_stop();
    }
  }
  world_.agenda.jump_to(end);
}

// --- Faults ---

void Run::plan_faults() {
  const auto with_open_link = [this](void (Network::*fault)(LinkId), std::string_view name) {
    return [this, fault, name] {
      const auto links = network_.open_links();
      if (!links.empty()) {
        const LinkId link = world_.chance.pick(links);
        if (world_.journal.is_kept()) {
          world_.note(std::string(name) + " of connection " + std::to_string(link.value()));
        }
        (network_.*fault)(link);
      }
    };
  };
  const Setting& setting = world_.setting;
  plan(setting.cuts, with_open_link(&Network::cut, "cut"));
  plan(setting.half_opens, with_open_link(&Network::lose, "silent loss"));
  plan(setting.worker_restarts, [this] { crowd_.restart_a_worker(); });
  plan(setting.engine_crashes, [this] { crash_engine(); });
  plan(setting.engine_stops, [this] { stop_engine(); });
}

void Run::plan(std::size_t count, const std::function<void()>& fault) {
  for (std::size_t i = 0; i < count; ++i) {
    world_.agenda.after(world_.chance.between(milliseconds(0), world_.setting.activity()), [fault] {
      fault();
    });
  }
}

void Run::start_engine() {
  engine_ = std::make_unique<EngineProcess>(world_, network_, checks_, bug_);
  network_.attach(*engine_);
}

void Run::end_engine() {
  calls_ += engine_->core().counters().invocations;
  network_.detach();
  engine_.reset();
  is_engine_stopping_ = false;
  world_.agenda.after(world_.chance.between(milliseconds(10), milliseconds(4'000)), [this] {
    start_engine();
  });
}

void Run::crash_engine() {
  if (engine_ && !is_engine_stopping_) {
    world_.note("the engine crashes");
    end_engine();
  }
}

void Run::stop_engine() {
  if (!engine_ || is_engine_stopping_) {
    return;
  }
  is_engine_stopping_ = true;
  engine_->start_draining();
  const milliseconds drain_timeout = world_.chance.between(milliseconds(0), milliseconds(5'000));
  drain_deadline_ = world_.agenda.time() + drain_timeout;
  world_.agenda.after(drain_timeout, [] {});  // or it would be noticed late
}

void Run::advance_stop() {
  const bool is_late = world_.agenda.time() >= drain_deadline_;
  if (is_late || !engine_->is_busy()) {
    engine_->stop(is_late ? DrainEnd::deadline : DrainEnd::nothing_left);
    end_engine();
  }
}

}  // namespace

RunOutcome run(const RunOptions& options) {
  Run run(options);
  std::optional<std::string> violation;
  try {
    run.play();
  } catch (const Violation& broken) {
    violation = broken.rule;
  }
  RunOutcome outcome = run.outcome();
  outcome.violation = std::move(violation);
  return outcome;
}

}  // namespace iii::simulation
