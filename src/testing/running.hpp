// The engine of the test kit at work: the core behind one lock, clients as in-process connections.
// What src/engine/gateway.cpp does with sockets is done here with function calls, on the thread
// of whoever brings a message.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/local_workers.hpp"
#include "protocol/from_worker.hpp"
#include "sdk/address.hpp"
#include "sdk/driver.hpp"
#include "sdk/transport_in_process.hpp"
#include "testing/firing_worker.hpp"

#include <iii/client.hpp>
#include <iii/json.hpp>
#include <iii/options.hpp>
#include <iii/result.hpp>
#include <iii/testing.hpp>
#include <iii/trigger.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::inline v0::testing {

// For what takes a moment, unless a test has broken it.
inline constexpr auto patience = std::chrono::seconds(30);

class Engine::Running final : public sdk::InProcessEngine,
                              public std::enable_shared_from_this<Engine::Running> {
 public:
  struct KnownTrigger {
    TriggerConfig config;
    std::optional<std::string> condition_function_id;
  };

  Running();

  Client connect(InitOptions options);
  bool settle(std::chrono::nanoseconds timeout);
  void advance(std::chrono::nanoseconds time);
  // Drops all connections, now and from now on.
  void stop();
  void drop_connections();
  void refuse_connections(bool refuses);

  [[nodiscard]] std::vector<KnownTrigger> triggers_of(std::string_view trigger_type);
  [[nodiscard]] std::optional<KnownTrigger> find_trigger(std::string_view id);
  // Whether the trigger's condition, if it has one, allows the event.
  [[nodiscard]] bool lets_through(const KnownTrigger& trigger, const Json& event);
  // Calls and waits.
  [[nodiscard]] Result<Json> call(
      const std::string& function_id, const Json& data, const std::optional<Json>& metadata
  );

  [[nodiscard]] std::vector<Call> calls() const;
  void forget_calls();

  // --- Connections, on their own threads ---
  std::uint64_t on_connected(
      const sdk::Address& address, std::shared_ptr<sdk::InProcessLine> line, unsigned& status
  ) override;
  void on_message(std::uint64_t connection, bool is_text, std::string_view message) override;
  void on_closed(std::uint64_t connection) override;

 private:
  enum class Kind : std::uint8_t { worker, telemetry, channel };
  struct Session {
    Kind kind = Kind::worker;
    std::shared_ptr<sdk::InProcessLine> line;
  };
  struct Executor;

  // With the lock.
  [[nodiscard]] base::Now now() const;
  // Something that a client does, and tells when it has done it.
  using Visit = std::function<void(sdk::Driver& client, base::Job on_done)>;
  bool settle(std::chrono::nanoseconds timeout, const Visit& visit);
  bool visit_all(const Visit& visit, base::MonotonicTime deadline);
  void settle_effects();
  void note_call(base::ConnectionId from, const protocol::from_worker::Message& message);
  void tell_core_closed(base::ConnectionId connection, Kind kind);
  void close(base::ConnectionId connection, std::uint16_t code, const std::string& reason);

  // Without it.
  [[nodiscard]] std::vector<std::shared_ptr<sdk::Driver>> drivers();
  [[nodiscard]] std::uint64_t messages() const;

  mutable std::mutex mutex_;
  base::SeededRandom random_{1};
  std::chrono::nanoseconds ahead_{0};
  core::Core core_;
  core::Effects effects_;
  engine::LocalWorkers local_workers_;
  FiringWorker* firing_ = nullptr;  // local_workers_ owns it
  base::ConnectionId firing_connection_;
  std::map<base::ConnectionId, Session> sessions_;
  std::uint64_t last_connection_ = 0;
  std::uint64_t taken_messages_ = 0;
  bool refuses_ = false;
  bool has_stopped_ = false;
  std::vector<Call> calls_;
  std::vector<std::weak_ptr<sdk::Driver>> drivers_;
};

}  // namespace iii::inline v0::testing
