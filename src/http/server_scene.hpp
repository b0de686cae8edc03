// A server without sockets for tests: answers every request at its end, and writes down what
// happened as one line of text.
#pragma once

#include "base/byte_buffer.hpp"
#include "base/time.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/server_connection.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace iii::http::test {

using namespace std::chrono_literals;

inline ServerLimits roomy_limits() {
  return {
      .head = {.bytes_max = 1024, .headers_max = 8},
      .discarded_bytes_max = 16,
      .head_timeout = 10s,
      .body_timeout = 20s,
      .idle_timeout = 60s,
      .write_timeout = 30s
  };
}

class ServerScene final : public RequestSink {
 public:
  explicit ServerScene(ServerLimits limits = roomy_limits())
      : context{.limits = limits, .headers = {}, .date = "D"}, connection(context, now) {}

  ServerContext context;
  base::MonotonicTime now{1000s};
  ServerConnection connection;
  base::ByteBuffer outbox;
  std::string log;   // "GET /a[body] POST /b[] !failed"
  std::string rest;  // what the connection has left
  bool answers = true;
  std::function<void(const Request&)> on_head = [](const Request&) {};

  void receive(std::string_view bytes) {
    rest.append(bytes);
    present();
  }
  // As the driver does when the connection can go on.
  void present() {
    const std::string bytes = rest;
    rest.erase(0, connection.on_bytes(bytes, now, *this, outbox));
  }
  void receive(std::span<const std::string_view> pieces) {
    for (const std::string_view piece : pieces) {
      receive(piece);
    }
  }
  void answer(std::string_view body = "ok", unsigned status = 200) {
    connection.respond({status, ""}, body, now, outbox);
  }
  [[nodiscard]] std::string take_output() {
    std::string text(outbox.view());
    outbox.clear();
    return text;
  }
  // The status of each answer; a short form of take_output().
  [[nodiscard]] std::string statuses() {
    std::string text;
    const std::string output = take_output();
    for (std::size_t at = output.find("HTTP/1.1 "); at != std::string::npos;
         at = output.find("HTTP/1.1 ", at + 1)) {
      text.append(text.empty() ? "" : " ").append(output, at + 9, 3);
    }
    return text;
  }

  void on_request(const Request& request) override {
    log.append(log.empty() ? "" : " ").append(request.method).append(" ");
    log.append(request.target).append("[");
    has_body_ = request.body != BodyKind::none;
    on_head(request);
    if (!has_body_) {
      on_body_end();
    }
  }
  void on_body(std::string_view piece) override { log.append(piece); }
  void on_body_end() override {
    log.append("]");
    if (answers && connection.owes_answer()) {
      answer();
    }
  }
  RefusalText on_refused(const Refusal& refusal) override {
    log.append(connection.owes_answer() ? "!" : "");
    return refusal_text(refusal);
  }
  void on_request_failed() override { log.append("!"); }

 private:
  bool has_body_ = false;
};

}  // namespace iii::http::test
