// A connection of --churn: it comes, registers functions, a trigger type and triggers, changes
// them, calls steady workers and other visitors, and leaves in one of several ways. Construct it,
// advance() it every turn of the loop until is_gone(). One thread.
//
//   staying --time is up--> draining --all answered--> closing --engine closes--> gone
//      \------ drops, resets or has nothing to wait for ------------------------> gone
#pragma once

#include "iiiload/connection.hpp"
#include "iiiload/options.hpp"
#include "iiiload/report.hpp"
#include "wire/socket.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace iii::bench {

class Visitor final : public MessageOwner {
 public:
  struct Surroundings {
    const Options& options;
    Poller& poller;
    std::mt19937_64& random;
    ChurnCounts& counts;
  };

  Visitor(const Surroundings& surroundings, std::uint64_t number, double arrival_us);

  void advance(double time_us);
  void leave_soon() { leave_at_us_ = 0; }
  [[nodiscard]] bool is_gone() const { return state_ == State::gone; }
  // Calls whose answer a visitor that is still here waits for.
  [[nodiscard]] int outstanding() const { return connection_.outstanding; }
  [[nodiscard]] bool waits_for_answers() const { return ending_ == Ending::farewell; }

  void on_message(Connection& connection, std::string_view message) override;
  void on_ended() override;

 private:
  enum class State : std::uint8_t { staying, draining, closing, gone };
  enum class Ending : std::uint8_t { farewell, drop, reset };

  // Up to and including `last`.
  std::uint64_t pick(std::uint64_t last);
  std::uint64_t pick_neighbour();
  void register_everything();
  void register_function(std::uint64_t index);
  void register_trigger(std::uint64_t index, std::uint64_t provider);
  void change_something();
  void call_somebody();
  void call(const std::string& function);
  void answer(std::string_view invocation);
  void leave();
  void say_farewell();

  Surroundings surroundings_;
  std::uint64_t number_;
  Ending ending_;
  State state_ = State::staying;
  double change_at_us_;
  double leave_at_us_;
  double give_up_at_us_ = 0;
  std::uint64_t calls_made_ = 0;
  Connection connection_;
};

}  // namespace iii::bench
