// Any sequence of events for the engine's core: connections that open and close, messages from a
// grammar whose ids collide often, congestion, time, drain, channels. CoreChecker judges; at the
// end every deadline passes, and nobody may still wait.
#include "base/assert.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "core/connection.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/core_grammar.hpp"
#include "protocol/decode.hpp"
#include "support/core_checkers.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace iii;
using test::CoreGrammar;

class Run {
 public:
  explicit Run(test::Bytes bytes) : bytes_(bytes), core_(options(), random_, now_) {}

  void play() {
    while (!bytes_.empty()) {
      step();
    }
    while (core_.next_deadline() != base::never) {
      pass(core_.next_deadline() - now_.monotonic);
    }
    III_ASSERT(checker_.awaited() == 0, "every call has ended");
    for (const auto& peer : std::vector(grammar_.peers)) {
      close(peer.id);
    }
    III_ASSERT(core_.in_flight() == 0, "nothing runs on connections that have closed");
    for (const base::ConnectionId end : std::vector(channel_ends_)) {
      close_channel_end(end);
    }
    III_ASSERT(core_.channels().waiting_bytes() == 0, "no bytes wait for nobody");
  }

 private:
  core::CoreOptions options() {
    return {
        .default_line = bytes_.flag() ? core::Line::v0_11 : core::Line::v0_22,
        .invocations_max = bytes_.below(8)
    };
  }

  void step() {
    switch (bytes_.below(16)) {
      case 0:
        return open();
      case 1:
        return close(grammar_.any_peer(bytes_).id);
      case 2:
        return bytes_.flag() ? core_.on_congested(any_connection()) : relieve(any_connection());
      case 3:
        return pass(std::chrono::milliseconds(bytes_.below(256) * bytes_.below(256)));
      case 4:
        return bytes_.below(16) == 0 ? drain() : fire();
      case 5:
      case 6:
        return channel_event();
      default:
        return message(grammar_.any_peer(bytes_).id, grammar_.message(bytes_));
    }
  }

  void open() {
    if (grammar_.peers.size() >= 5) {
      return;
    }
    const bool is_local = bytes_.below(4) == 0;
    const base::ConnectionId id(++connections_ | (is_local ? std::uint64_t{1} << 63U : 0));
    checker_.opened(id);
    grammar_.peers.push_back({id, {}, {}});
    if (is_local) {
      core_.on_local_worker_opened(id, {.name = "local"}, now_);
    } else {
      core_.on_worker_opened(id, "203.0.113.7", now_, effects_);
      execute();
    }
  }

  void message(base::ConnectionId from, const std::string& text) {
    const auto decoded = protocol::decode(text);
    checker_.before(from, decoded);
    core_.on_message(from, decoded, now_, effects_);
    execute();
  }

  void close(base::ConnectionId id) {
    checker_.closed(id);
    grammar_.forget(id);
    core_.on_closed(id, now_, effects_);
    execute();
  }

  void relieve(base::ConnectionId id) {
    core_.on_relieved(id, effects_);
    execute();
  }

  void pass(std::chrono::nanoseconds by) {
    now_.monotonic += std::max(by, std::chrono::nanoseconds(0));
    core_.on_time(now_, effects_);
    execute();
  }

  void fire() {
    const base::ConnectionId provider = grammar_.any_peer(bytes_).id;
    std::optional<base::InvocationId> id;
    if (!grammar_.peers.empty() && provider.value() >> 63U != 0) {
      id = base::InvocationId(base::Uuid(0xf17e, ++fired_));
      checker_.fired(provider, *id);
    }
    core_.on_fired(provider, grammar_.trigger(bytes_), R"({"n":1})", now_, effects_, id);
    execute();
  }

  void drain() {
    core_.on_drain_started();
    if (bytes_.flag()) {
      core_.on_drain_ended(now_, effects_);
      execute();
    }
    if (bytes_.flag()) {
      core_.on_stopping(now_, effects_);
      execute();
    }
  }

  void channel_event() {
    core::Channels& channels = core_.channels();
    if (keys_.size() < 3) {
      keys_.push_back(*channels.create(bytes_.below(4), random_, now_.monotonic));
    }
    if (channel_ends_.empty() || bytes_.below(4) == 0) {
      const base::ConnectionId id(++connections_);
      const auto end = bytes_.flag() ? core::ChannelEnd::writer : core::ChannelEnd::reader;
      checker_.channel_end_opened(id);
      channel_ends_.push_back(id);
      channels.on_opened(id, keys_[bytes_.below(keys_.size())], end, effects_);
    } else if (const base::ConnectionId id = any_connection(); bytes_.below(4) == 0) {
      return close_channel_end(id);
    } else {
      channels.on_message(id, bytes_.flag(), "bytes", effects_);
    }
    execute();
  }

  void close_channel_end(base::ConnectionId id) {
    checker_.channel_end_closed(id);
    std::erase(channel_ends_, id);
    core_.channels().on_closed(id, effects_);
    execute();
  }

  base::ConnectionId any_connection() {
    if (channel_ends_.empty() || bytes_.flag()) {
      return grammar_.any_peer(bytes_).id;
    }
    return channel_ends_[bytes_.below(channel_ends_.size())];
  }

  void execute() {
    checker_.after(effects_.all());
    for (const core::Effect& effect : effects_.all()) {
      if (const auto* send = std::get_if<core::SendTo>(&effect)) {
        grammar_.learn(*send);
      } else if (const auto* gone = std::get_if<core::CloseConnection>(&effect)) {
        grammar_.forget(gone->connection);
        std::erase(channel_ends_, gone->connection);
      }
    }
    effects_.clear();
    checker_.consistent(core_);
    if (!checker_.problem().empty()) {
      std::fprintf(stderr, "%s\n", checker_.problem().c_str());
    }
    III_ASSERT(checker_.problem().empty(), "nothing was violated");
  }

  test::Bytes bytes_;
  base::SeededRandom random_{1};
  base::Now now_{base::MonotonicTime(std::chrono::hours(1)), {}};
  core::Core core_;
  core::Effects effects_;
  test::CoreChecker checker_;
  CoreGrammar grammar_;
  std::vector<core::ChannelKey> keys_;
  std::vector<base::ConnectionId> channel_ends_;
  std::uint64_t connections_ = 0;
  std::uint64_t fired_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run(test::Bytes({data, size})).play();
  return 0;
}
