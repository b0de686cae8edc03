// The calls of functions behind URLs, from the call to its one answer: how many requests are on
// their way at once, in all and to one host, who waits, until when, and who tries again.
//
//   on_call()  -> waiting -> sent -> ended
//                    ^--- pausing <-'  (failed, and the function asks for retries)
//
// Sans I/O: on_…() append orders, which the owner carries out before the next event. The time that
// a request may take is part of its order; deadlines here are of those that wait. One thread.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "protocol/error_body.hpp"
#include "workers/http_functions/endpoint.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/request.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {

struct Call {
  base::InvocationId id;
  std::shared_ptr<const Endpoint> endpoint;
  std::string body;
  Trace trace;
};

// Send one request. Its outcome comes back with the number, exactly once.
struct Send {
  std::uint64_t number = 0;
  std::shared_ptr<const Endpoint> endpoint;
  std::vector<std::string> header_lines;
  std::string body;
  std::chrono::milliseconds timeout{0};  // from now to the end of the response's body
};

struct Outcome {
  enum class Kind : std::uint8_t {
    answered,         // status and body
    refused_address,  // the host is at a private address
    unknown_host,     // the name has no address
    not_answered,     // no connection, or nothing came back
    broken_off,       // the response began and did not end
    too_large,        // the response is longer than it may be
  };
  std::uint64_t number = 0;
  Kind kind = Kind::answered;
  unsigned status = 0;
  std::string body;
  std::string reason;  // for people
};

// How a call ended.
struct Ending {
  base::InvocationId id;
  std::shared_ptr<const Endpoint> endpoint;
  std::string result_json;
  std::optional<protocol::ErrorBody> error;
  bool was_answered = false;  // by the host, with whatever status
};

struct Orders {
  std::vector<Send> sends;
  std::vector<Ending> endings;
};

// What has happened so far.
struct Counters {
  std::uint64_t calls = 0;
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  std::uint64_t results = 0;
  std::uint64_t failures = 0;
};

class Calls {
 public:
  Calls(const Options& options, base::Random& random) : options_(options), random_(random) {}

  void on_call(Call call, base::Now now, Orders& orders);
  void on_outcome(Outcome outcome, base::Now now, Orders& orders);
  void on_time(base::Now now, Orders& orders);
  [[nodiscard]] base::MonotonicTime next_deadline() const {
    return deadlines_.empty() ? base::never : deadlines_.begin()->first;
  }

  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::size_t unfinished() const { return entries_.size(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  enum class State : std::uint8_t { waiting, sent, pausing };
  // Those that wait for a host by their turn, which is the order of all that wait.
  struct Host {
    std::size_t entries = 0;
    std::size_t sent = 0;
    std::map<std::uint64_t, std::uint64_t> waiting;
  };
  struct Entry {
    Call call;
    Host* host = nullptr;  // hosts_ has it as long as it has entries
    std::uint64_t turn = 0;
    base::Uuid request_id;  // told to the host, the same with each attempt
    State state = State::waiting;
    unsigned attempts = 0;
    std::size_t bytes = 0;
    base::MonotonicTime deadline;  // of the call
    base::MonotonicTime wakes_at;  // in deadlines_, unless it is sent
  };
  using Entries = boost::unordered_flat_map<std::uint64_t, Entry, std::hash<std::uint64_t>>;

  void wait(std::uint64_t number, Entry& entry, State state, base::MonotonicTime until);
  // Sends what waits, as far as there is room.
  void send_waiting(base::Now now, Orders& orders);
  void send(std::uint64_t number, Entry& entry, base::Now now, Orders& orders);
  void leave_host(const Entry& entry);
  // Around each change of a host.
  void take_from_ready(const Host& host);
  void put_in_ready(Host& host);
  // False: it is not to be tried again, or there is no time for that.
  [[nodiscard]] bool try_again(
      std::uint64_t number, Entry& entry, const Outcome& outcome, base::Now now
  );
  [[nodiscard]] Ending ending_of(const Call& call, Outcome outcome) const;
  void end(std::uint64_t number, Ending ending, Orders& orders);

  const Options& options_;
  base::Random& random_;
  Entries entries_;
  std::unordered_map<std::string, Host> hosts_;  // by authority
  // Those that have room and somebody who waits, by the turn of the first: calls for a host that
  // has none are not looked at.
  std::map<std::uint64_t, Host*> ready_;
  std::uint64_t next_turn_ = 1;
  std::set<std::pair<base::MonotonicTime, std::uint64_t>> deadlines_;
  std::uint64_t next_number_ = 1;
  std::size_t in_flight_ = 0;
  std::size_t bytes_ = 0;  // of bodies that are kept
  Counters counters_;
};

}  // namespace iii::workers::http_functions
