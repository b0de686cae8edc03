// A worker process whose conversation with the engine is the SDK's own machine: what
// src/sdk/driver.cpp does with a transport, done with links. What user code would do is drawn by
// chance: it registers, calls, gives up, answers well, late, never or twice, and shuts down.
//
// The checker of conversations sees every event and every effect; what the other ends see is
// judged by the checks of the engine.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "sdk/conversation.hpp"
#include "sdk/effects.hpp"
#include "simulation/network.hpp"
#include "simulation/participant.hpp"
#include "simulation/planted_bug.hpp"
#include "support/conversation_checker.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::simulation {

class Crowd;

class SdkWorker final : public Participant {
 public:
  SdkWorker(Crowd& crowd, std::size_t index, PlantedBug bug);

  void start() override;
  void become_calm() override;
  void leave() override;
  void restart() override;
  void check_quiet() const override;
  void check_left() const override;

  void on_packet(LinkId link, const Packet& packet) override;
  void on_ended(LinkId link) override;
  void on_control(LinkId link, Packet::Kind kind) override;

 private:
  using Registered = test::ConversationChecker::Registered;
  // One process.
  struct Life {
    Life(const sdk::ConversationOptions& options, std::uint64_t seed)
        : random(seed), conversation(options, random), checker(options) {}

    base::SeededRandom random;
    sdk::Conversation conversation;
    test::ConversationChecker checker;
  };
  struct Execution {
    base::InvocationId id;
    std::string function;
  };
  struct Executor;

  // sdk_worker.cpp: the driver
  [[nodiscard]] sdk::ConversationOptions draw_options() const;
  void begin_life();
  void settle();
  void plant(sdk::Effects& effects);
  void wake_up();
  void lose_link();
  [[nodiscard]] base::MonotonicTime now() const;
  void later(milliseconds most, std::function<void()> action);
  void note(std::string_view what, std::string_view text) const;
  [[nodiscard]] bool strikes(PlantedBug bug, std::size_t one_in) const;

  // sdk_worker_actions.cpp: the program
  void act();
  void act_on_calls();
  void act_on_registrations();
  void act_on_triggers();
  void call(const std::string& function, std::function<void()> continuation = nullptr);
  void send_void(const std::string& function);
  void give_up_a_call();
  void put(Registered kind, const std::string& id, const std::string& frame);
  void take(Registered kind, const std::string& id, const std::string& trigger_type = "");
  void shut_down();
  [[nodiscard]] std::string call_frame(const std::string& id, const std::string& function);
  void on_run(const sdk::RunFunction& effect);
  void execute(const Execution& execution);
  void answer(const Execution& execution);
  void on_configure(const sdk::ConfigureTrigger& effect);
  void on_remove();
  // Something that nobody awaits has ended.
  void end_unawaited();
  void on_call_ended(const sdk::EndCall& effect);

  Crowd& crowd_;
  std::string name_;
  PlantedBug bug_;
  std::size_t actions_left_ = 0;
  bool has_left_ = false;
  std::uint64_t life_number_ = 0;

  std::optional<Life> life_;
  sdk::Effects effects_;
  std::optional<LinkId> link_;
  base::MonotonicTime wake_at_ = base::never;

  // What the program wants registered, apart from what the checker believes.
  std::map<std::string, std::string> functions_;  // to their frames
  std::map<std::string, std::string> types_;
  std::map<std::string, std::string> services_;
  std::map<std::string, std::pair<std::string, std::string>> triggers_;  // frame and type
  std::map<base::InvocationId, std::function<void()>> calls_;
  std::vector<Execution> unanswered_;
};

}  // namespace iii::simulation
