// What the load generator was asked to do. parse_options() ends the program on a mistake and after
// --help.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace iii::bench {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 49134;
  std::string path = "/";
  int workers = 1;
  int callers = 1;
  int inflight = 1;
  int payload_bytes = 100;
  double seconds = 5;
  double warmup_seconds = 1;
  double think_us = 0;
  bool is_void = false;
  bool is_idle = false;
  std::string function = "bench::echo";
  std::string payload;  // JSON; "%d" in it is replaced by a number that grows with each call
  std::string queue;
  int http_routes = 0;
  int churn = 0;
};

Options parse_options(std::span<char*> arguments);

}  // namespace iii::bench
