// A whole run: workers that answer, callers that invoke, and what the options add to them.
// Construct it (connects everything), then run() or hold(). One thread.
#pragma once

#include "iiiload/calls.hpp"
#include "iiiload/churn.hpp"
#include "iiiload/connection.hpp"
#include "iiiload/options.hpp"
#include "iiiload/report.hpp"
#include "wire/socket.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace iii::bench {

class Load {
 public:
  explicit Load(const Options& options);

  Outcome run();
  // --idle: says that all connections stand, then only keeps them alive.
  void hold();

 private:
  class Workers final : public MessageOwner {
   public:
    explicit Workers(const Options& options) : options_(options) {}
    void on_message(Connection& connection, std::string_view message) override;

    std::uint64_t received = 0;  // invocations

   private:
    const Options& options_;
  };

  class Callers final : public MessageOwner {
   public:
    explicit Callers(const Options& options) : calls(options) {}
    void on_message(Connection& connection, std::string_view message) override;

    Calls calls;
    bool may_call = false;
  };

  void connect_workers();
  void connect_callers();
  void bind_http_routes();
  void start_calls();
  void fill_with_void_calls();
  void pump(double until_us, bool generates);

  const Options& options_;
  Poller poller_;
  Workers workers_;
  Callers callers_;
  std::deque<Connection> worker_connections_;
  std::deque<Connection> caller_connections_;
  std::optional<Churn> churn_;
};

}  // namespace iii::bench
