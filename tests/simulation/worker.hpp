// A scripted worker process: connects, registers, calls, answers, well or badly, loses its
// connection and comes back, with or without `reattach`. What an SDK keeps over a reconnect it
// keeps too: its registrations and, when it reattaches, the calls that it waits for.
#pragma once

#include "simulation/network.hpp"
#include "simulation/participant.hpp"
#include "simulation/texts.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace iii::simulation {

class Crowd;

class Worker final : public Participant {
 public:
  Worker(Crowd& crowd, std::size_t index);

  void start() override;
  void become_calm() override;
  void leave() override;
  void restart() override;

  void on_packet(LinkId link, const Packet& packet) override;
  void on_ended(LinkId link) override;

 private:
  using Message = boost::json::object;
  using Continuation = std::function<void(const Message& result)>;
  struct Pending {
    std::size_t count = 0;  // an id may be used for two calls at once
    Continuation continuation;
  };
  struct Execution {
    std::string id;
    std::string function;
  };
  struct Trigger {
    std::string type;
    std::string function;
    std::string condition;
  };

  // worker.cpp: its connection
  void connect();
  void reconnect_later();
  void on_registered(const Message& message);
  void on_result(const Message& message);
  void send(std::string text);
  void announce();
  [[nodiscard]] bool is_connected() const { return link_ && is_registered_; }
  void later(milliseconds most, std::function<void()> action);

  // worker_actions.cpp: what it does of its own will
  void act();
  void act_on_calls(std::size_t choice);
  void act_on_registrations(std::size_t choice);
  void act_on_triggers(std::size_t choice);
  void act_on_engine(std::size_t choice);
  void misbehave();
  void call(
      const std::string& function, texts::Delivery delivery, Continuation continuation = nullptr
  );
  void call_engine(const std::string& function, const std::string& data, Continuation continuation);
  [[nodiscard]] std::string call_data();
  void await(const std::string& id, Continuation continuation);
  void register_one_function();
  void register_one_trigger();
  void send_trigger(const std::string& id);
  void create_channel();

  // worker_answers.cpp: what it is asked
  void on_invoked(const Message& message, const std::string& text);
  void execute(const Execution& execution);
  void answer(const Execution& execution);
  void on_trigger_registered(const Message& message);
  void on_trigger_unregistered(const Message& message);

  Crowd& crowd_;
  std::string name_;
  bool reattaches_ = false;
  std::size_t actions_left_ = 0;
  bool has_left_ = false;
  std::uint64_t life_ = 1;  // of the process

  std::optional<LinkId> link_;
  bool is_registered_ = false;
  std::string worker_id_;
  std::string token_;

  std::set<std::string> functions_;
  std::set<std::string> types_;
  std::set<std::string> services_;
  std::map<std::string, Trigger> triggers_;
  std::map<std::string, Pending> pending_;
  std::vector<Execution> unanswered_;
  std::map<std::string, std::string> provided_triggers_;  // trigger to function
  std::uint64_t next_call_ = 1;
  std::uint64_t next_answer_ = 1;
};

}  // namespace iii::simulation
