#include "iiiload/visitor.hpp"

#include "iiiload/clock.hpp"
#include "iiiload/connection.hpp"
#include "wire/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

namespace iii::bench {
namespace {

constexpr std::uint64_t functions_each = 4;
constexpr std::uint64_t stay_us_min = 100'000;
constexpr std::uint64_t stay_us_spread = 900'000;
constexpr std::uint64_t pause_us_min = 10'000;
constexpr std::uint64_t pause_us_spread = 50'000;
constexpr double patience_us = 5 * us_per_second;

std::string function_name(std::uint64_t visitor, std::uint64_t index) {
  return "churn::" + std::to_string(visitor) + "::" + std::to_string(index);
}

std::string trigger_type_name(std::uint64_t visitor) {
  return "churn-type-" + std::to_string(visitor);
}

std::string trigger_name(std::uint64_t visitor, std::uint64_t index) {
  return "churn-" + std::to_string(visitor) + "-" + std::to_string(index);
}

}  // namespace

Visitor::Visitor(const Surroundings& surroundings, std::uint64_t number, double arrival_us)
    : surroundings_(surroundings),
      number_(number),
      // Half of the visitors vanish without a word.
      ending_(std::array{Ending::farewell, Ending::drop, Ending::farewell, Ending::reset}[pick(3)]),
      change_at_us_(arrival_us + static_cast<double>(pause_us_min + pick(pause_us_spread))),
      leave_at_us_(arrival_us + static_cast<double>(stay_us_min + pick(stay_us_spread))),
      connection_(surroundings.poller, surroundings.options, *this) {
  ++surroundings_.counts.connections;
  register_everything();
  call_somebody();
  connection_.flush();
}

std::uint64_t Visitor::pick(std::uint64_t last) {
  return std::uniform_int_distribution<std::uint64_t>(0, last)(surroundings_.random);
}

// Another visitor, which may have left already.
std::uint64_t Visitor::pick_neighbour() {
  const auto crowd = static_cast<std::uint64_t>(surroundings_.options.churn);
  return number_ - std::min(number_, pick(2 * crowd));
}

void Visitor::register_everything() {
  connection_.write_text(
      R"({"type":"registertriggertype","id":")" + trigger_type_name(number_) +
      R"(","description":"comes and goes"})"
  );
  for (std::uint64_t index = 0; index < functions_each; ++index) {
    register_function(index);
    register_trigger(index, index == 0 ? pick_neighbour() : number_);
  }
}

void Visitor::register_function(std::uint64_t index) {
  ++surroundings_.counts.functions;
  connection_.write_text(
      R"({"type":"registerfunction","id":")" + function_name(number_, index) + R"("})"
  );
}

void Visitor::register_trigger(std::uint64_t index, std::uint64_t provider) {
  ++surroundings_.counts.triggers;
  connection_.write_text(
      R"({"type":"registertrigger","id":")" + trigger_name(number_, index) +
      R"(","trigger_type":")" + trigger_type_name(provider) + R"(","function_id":")" +
      function_name(number_, index) + R"(","config":{"index":)" + std::to_string(index) + "}}"
  );
}

void Visitor::advance(double time_us) {
  if (state_ == State::staying && time_us >= leave_at_us_) {
    leave();
  } else if (state_ == State::staying && time_us >= change_at_us_) {
    change_at_us_ = time_us + static_cast<double>(pause_us_min + pick(pause_us_spread));
    change_something();
    call_somebody();
    connection_.flush();
  }
  if (state_ == State::draining && (connection_.outstanding == 0 || time_us >= give_up_at_us_)) {
    say_farewell();
  } else if (state_ == State::closing && time_us >= give_up_at_us_) {
    state_ = State::gone;
  }
}

void Visitor::change_something() {
  const std::uint64_t index = pick(functions_each - 1);
  connection_.write_text(
      R"({"type":"unregistertrigger","id":")" + trigger_name(number_, index) + R"("})"
  );
  connection_.write_text(
      R"({"type":"unregisterfunction","id":")" + function_name(number_, index) + R"("})"
  );
  register_function(index);
  register_trigger(index, pick(1) == 0 ? number_ : pick_neighbour());
}

void Visitor::call_somebody() {
  const auto workers = static_cast<std::uint64_t>(surroundings_.options.workers);
  if (workers > 0) {
    const std::string index = std::to_string(pick(workers - 1));
    call(surroundings_.options.function + "::" + index);
  }
  call(function_name(pick_neighbour(), pick(functions_each - 1)));
}

void Visitor::call(const std::string& function) {
  std::array<char, 64> id{};
  std::snprintf(
      id.data(),
      id.size(),
      "ffffffff-%04x-4000-8000-%012llx",
      static_cast<unsigned>(calls_made_++ & 0xffff),
      static_cast<unsigned long long>(number_)
  );
  connection_.write_text(
      std::string(R"({"type":"invokefunction","invocation_id":")") + id.data() +
      R"(","function_id":")" + function + R"(","data":)" + surroundings_.options.payload + "}"
  );
  ++connection_.outstanding;
  ++surroundings_.counts.calls;
}

void Visitor::on_message(Connection& connection, std::string_view message) {
  if (contains(message, R"("invocationresult")")) {
    --connection.outstanding;
    ++surroundings_.counts.answered;
    if (contains(message, R"("error":{)")) {
      ++surroundings_.counts.answered_by_error;
    }
  } else if (state_ == State::closing) {
    return;  // nothing may follow a Close frame
  } else if (contains(message, R"("invokefunction")")) {
    answer(message);
  } else if (contains(message, R"("registertrigger")")) {
    connection.write_text(
        R"({"type":"triggerregistrationresult","id":")" +
        std::string(text_after(message, R"("id":")")) + R"(","trigger_type":")" +
        std::string(text_after(message, R"("trigger_type":")")) + R"(","function_id":")" +
        std::string(text_after(message, R"("function_id":")")) + R"("})"
    );
  } else if (contains(message, R"("ping")")) {
    connection.write_text(R"({"type":"pong"})");
  }
}

// Who will vanish answers nothing, so that calls are cut in two: their callers must get an error.
void Visitor::answer(std::string_view invocation) {
  const std::string id(text_after(invocation, R"("invocation_id":")"));
  if (id.empty() || ending_ != Ending::farewell) {
    return;
  }
  connection_.write_text(
      R"({"type":"invocationresult","invocation_id":")" + id + R"(","function_id":")" +
      std::string(text_after(invocation, R"("function_id":")")) + R"(","result":)" +
      surroundings_.options.payload + "}"
  );
}

void Visitor::leave() {
  if (ending_ == Ending::farewell) {
    state_ = State::draining;
    give_up_at_us_ = now_us() + patience_us;
    return;
  }
  call_somebody();
  connection_.flush();
  if (ending_ == Ending::reset) {
    connection_.reset_on_close();
  }
  ++surroundings_.counts.dropped;
  state_ = State::gone;
}

void Visitor::say_farewell() {
  surroundings_.counts.lost += static_cast<std::uint64_t>(connection_.outstanding);
  connection_.outstanding = 0;
  connection_.write_close();
  connection_.flush();
  state_ = State::closing;
  give_up_at_us_ = now_us() + patience_us;
}

void Visitor::on_ended() {
  if (state_ != State::closing) {
    MessageOwner::on_ended();
  }
  state_ = State::gone;
}

}  // namespace iii::bench
