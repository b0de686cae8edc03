#include "iiiload/options.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace iii::bench {
namespace {

constexpr std::string_view help = R"(iiiload: load on an engine that speaks the iii worker protocol

One process, one thread: W worker connections that answer, C caller connections that invoke. It
measures an engine from outside, so the same binary compares any two engines in one run.

  --host ADDRESS, --port PORT, --path PATH   the engine's worker listener (127.0.0.1 49134 /)
  --workers W, --callers C                   connections (1 and 1)
  --inflight N                               calls in flight of each caller (1)
  --payload BYTES                            size of the JSON payload, both ways (100)
  --seconds S, --warmup S                    measured time, and time before it (5 and 1)
  --void                                     calls without an answer; N a caller are on the way
  --think-us US                              the worker spins that long before it answers
  --idle                                     only connect, and hold the connections for S seconds
  --enqueue QUEUE                            a call is complete when its receipt arrives; the
                                             worker consumes the jobs
  --function ID                              what workers register (bench::echo, with ::INDEX); with
                                             --workers 0 the function that is called, as it is
  --data JSON                                the payload; %d in it becomes a growing number
  --http-routes N                            with --callers 0: serve GET /bench/0 to N-1 for S
                                             seconds, for an HTTP load generator to drive
  --churn N                                  beside the load: N connections that come and go,
                                             register and unregister, call each other, and vanish
                                             in the midst of it

Prints one line of JSON: answered calls a second, latency percentiles in microseconds, error
replies, and "lost": calls never answered, counted two seconds after the load stops. Exits 1 on
either, 2 on wrong use or a failed system call, 3 when the engine closes a connection.
)";

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "iiiload: %s\n", what.c_str());
  std::exit(2);
}

template <class Number>
Number to_number(const std::string& option, const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const bool is_in_range =
      number >= 0 && number <= static_cast<double>(std::numeric_limits<Number>::max());
  if (text.empty() || *end != '\0' || !is_in_range) {
    refuse(option + " wants a number, not '" + text + "'");
  }
  return static_cast<Number>(number);
}

std::string quoted_filler(int payload_bytes) {
  constexpr int envelope_bytes = 8;
  const auto filler = static_cast<std::size_t>(std::max(0, payload_bytes - envelope_bytes));
  return R"({"p":")" + std::string(filler, 'x') + R"("})";
}

// One line of the table below per kind of value.
class Words {
 public:
  void flag(const char* name, bool& target) {
    flags_[name] = [&target] { target = true; };
  }
  void text(const char* name, std::string& target) {
    values_[name] = [&target](const std::string& value) { target = value; };
  }
  template <class Number>
  void number(const char* name, Number& target) {
    values_[name] = [name, &target](const std::string& value) {
      target = to_number<Number>(name, value);
    };
  }

  void read(std::span<char*> arguments) const {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string name = arguments[i];
      if (const auto found = flags_.find(name); found != flags_.end()) {
        found->second();
      } else if (const auto with_value = values_.find(name); with_value == values_.end()) {
        refuse("unknown option " + name);
      } else if (++i == arguments.size()) {
        refuse("missing value for " + name);
      } else {
        with_value->second(arguments[i]);
      }
    }
  }

 private:
  std::unordered_map<std::string, std::function<void()>> flags_;
  std::unordered_map<std::string, std::function<void(const std::string&)>> values_;
};

}  // namespace

Options parse_options(std::span<char*> arguments) {
  Options options;
  bool wants_help = false;
  Words words;
  words.flag("--help", wants_help);
  words.text("--host", options.host);
  words.number("--port", options.port);
  words.text("--path", options.path);
  words.number("--workers", options.workers);
  words.number("--callers", options.callers);
  words.number("--inflight", options.inflight);
  words.number("--payload", options.payload_bytes);
  words.number("--seconds", options.seconds);
  words.number("--warmup", options.warmup_seconds);
  words.number("--think-us", options.think_us);
  words.flag("--void", options.is_void);
  words.flag("--idle", options.is_idle);
  words.text("--enqueue", options.queue);
  words.text("--function", options.function);
  words.text("--data", options.payload);
  words.number("--http-routes", options.http_routes);
  words.number("--churn", options.churn);
  words.read(arguments);
  if (wants_help) {
    std::fwrite(help.data(), 1, help.size(), stdout);
    std::exit(0);
  }
  if (options.payload.empty()) {
    options.payload = quoted_filler(options.payload_bytes);
  }
  if (options.http_routes > 0) {
    options.payload =
        R"({"status_code":200,"headers":{"content-type":"application/json"},"body":)" +
        options.payload + "}";
  }
  return options;
}

}  // namespace iii::bench
