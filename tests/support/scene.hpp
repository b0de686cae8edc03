// The smallest scene for a test of the core: connections by name, messages as texts (through the
// decoder, as the engine does it), a clock that only the test moves, and every effect as a line to
// compare. A scene keeps what has happened until it is expected:
//
//   scene.from(caller, call(uuid(1), "math::add"));
//   scene.expect(target, invocation(uuid(1), "math::add", …));
//   scene.expect_nothing_else();
//
// Effects are expected in the order in which the core made them. Notes stand apart: ask for them
// with expect_note(), or leave them. A failing check names the caller's line. Beside the tests' own
// checks, a CoreChecker watches every event.
#pragma once

#include "base/random.hpp"
#include "core/core.hpp"
#include "protocol/from_worker.hpp"
#include "support/core_checkers.hpp"
#include "support/core_texts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::test {

using Where = std::source_location;

// A connection as the test knows it.
struct Peer {
  std::string name;
  base::ConnectionId connection;
  std::string worker_id;
  std::string token;
};

// An object payload as it arrives when `caller` sent these members.
std::string data_from(const Peer& caller, std::string_view members = "");

class Scene {
 public:
  explicit Scene(core::CoreOptions options = {}, std::uint64_t seed = 1);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  // Effects that nobody expected fail the test.
  ~Scene();

  // --- Events ---

  // A remote worker connects; its greeting is taken, anything else that happens waits to be
  // expected.
  Peer open(std::string name, Where where = Where::current());
  // A worker that has announced itself, of this SDK version.
  Peer open_announced(
      std::string name, std::string_view version = "0.22.1", Where where = Where::current()
  );
  Peer open_local(std::string name, bool runs_functions_of_others = false);
  Peer open_local(const core::LocalWorker& worker);

  void from(const Peer& peer, std::string_view text);
  // What no remote worker can send.
  void from_local(const Peer& peer, const protocol::from_worker::Message& message);
  void close(const Peer& peer);
  void congest(const Peer& peer);
  void relieve(const Peer& peer);
  void fire(
      const Peer& provider,
      std::string_view trigger_id,
      std::string_view payload,
      std::optional<base::InvocationId> id = {}
  );
  void measure(base::WorkerId worker, const core::WorkerMetric& metric) {
    core_.on_worker_metric(worker, metric, now_);
  }
  void start_draining() { core_.on_drain_started(); }
  void end_draining();
  void stop();
  // The clock moves on; the core is told if it asked to be woken by then.
  void advance(std::chrono::nanoseconds by);
  // To the next moment for which the core asked. False: there is none.
  bool pass_deadline();

  // --- Expectations ---

  void expect(const Peer& to, std::string_view text, Where where = Where::current());
  // An invocation whose id the core chose. Returns the id.
  std::string expect_invocation(
      const Peer& to,
      std::string_view function,
      std::string_view data = "{}",
      std::string_view more = "",
      Where where = Where::current()
  );
  // Any message; its text.
  std::string expect_any(const Peer& to, Where where = Where::current());
  void expect_close(
      const Peer& peer, core::Ending ending = core::Ending::dropped, Where where = Where::current()
  );
  void expect_nothing_else(Where where = Where::current());
  // For dialogues that only the checker judges.
  void drop_effects() { lines_.clear(); }
  // A note of the last event, with at least these fields.
  void expect_note(
      std::string_view event,
      const std::vector<std::pair<std::string_view, std::string>>& fields = {},
      Where where = Where::current()
  );
  [[nodiscard]] std::size_t notes() const { return notes_.size(); }

  // --- Dialogues ---

  // A call of a function of the engine that is answered at once: its result, or "code: message".
  // Whatever else happens waits to be expected.
  boost::json::value ask(
      const Peer& caller,
      std::string_view function,
      std::string_view data = "{}",
      Where where = Where::current()
  );
  std::string refusal(
      const Peer& caller,
      std::string_view function,
      std::string_view data = "{}",
      Where where = Where::current()
  );
  // Registers a function, which has no effect that anybody sees.
  void serve(const Peer& owner, std::string_view function, Where where = Where::current());

  [[nodiscard]] core::Core& core() { return core_; }
  [[nodiscard]] const CoreChecker& checker() const { return checker_; }
  [[nodiscard]] const base::Now& now() const { return now_; }

 private:
  struct Line {
    base::ConnectionId to;
    std::string text;
  };

  void take_effects();
  [[nodiscard]] std::string name_of(base::ConnectionId id) const;
  void begin_event();
  // The next effect, if it is for `to`.
  std::optional<std::string> take_next(const Peer& to, std::string_view wanted, const Where& where);
  boost::json::object ask_for_message(
      const Peer& caller, std::string_view function, std::string_view data, const Where& where
  );

  base::SeededRandom random_;
  base::Now now_;
  core::Core core_;
  core::Effects effects_;
  CoreChecker checker_;
  std::map<base::ConnectionId, std::string> names_;
  std::uint64_t connections_ = 0;
  std::uint64_t questions_ = 0;
  std::deque<Line> lines_;
  std::vector<core::Note> notes_;
};

}  // namespace iii::test
