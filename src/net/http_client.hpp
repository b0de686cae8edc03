// Sends HTTP requests on a thread of its own, many at once, over connections that are kept
// (libcurl; why not on the loop: docs/decisions/0007-requests-on-their-own-thread.md). Each request
// that was given to send() has one outcome, told on that thread, unless the client ends before.
//
// Nothing is followed, retried, decompressed, or taken from the environment: no redirect, proxy,
// cookie, netrc, authentication. A request leaves at most once. send() may be called by any thread.
#pragma once

#include "base/ip_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::net {

// The address that the text is; nullopt: it is none.
[[nodiscard]] std::optional<base::IpAddress> parse_ip_address(std::string_view text);

struct HttpRequest {
  std::uint64_t number = 0;
  std::string method;
  std::string url;                        // http or https
  std::vector<std::string> header_lines;  // "name: value"
  std::string body;
  std::chrono::milliseconds timeout{0};  // until the end of the response's body
};

struct HttpOutcome {
  enum class Kind : std::uint8_t {
    answered,         // status and body
    refused_address,  // connecting to an address of the host is not allowed
    unknown_host,     // the name has no address
    not_answered,     // no connection, or nothing came back
    broken_off,       // the response began and did not end
    too_large,        // the response is longer than it may be
  };
  std::uint64_t number = 0;
  Kind kind = Kind::answered;
  unsigned status = 0;
  std::string body;
  std::string reason;  // for people; of all but `answered`
};

struct HttpClientOptions {
  std::size_t idle_connections_max = 0;
  std::chrono::seconds idle_max{0};         // an older connection is not used again
  std::size_t head_bytes_max = 0;           // of a response
  std::size_t response_bytes_max = 0;       // one body
  std::size_t all_responses_bytes_max = 0;  // those that are being received
  // Asked about the very address that is about to be connected to. Empty: all are good.
  std::function<bool(const base::IpAddress&)> refuses;
  std::string certificates;  // file with those that are trusted; empty: the system's
};

class HttpClient {
 public:
  using Deliver = std::function<void(HttpOutcome)>;

  HttpClient(HttpClientOptions options, Deliver deliver);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  // What is on its way is dropped.
  ~HttpClient();

  void send(HttpRequest request);

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace iii::net
