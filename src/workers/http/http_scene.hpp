// The HTTP worker alone, for tests: requests and results go in; what comes out is written down as
// text.
#pragma once

#include "base/id.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "http/request.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/options.hpp"
#include "workers/http/orders.hpp"
#include "workers/worker.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::workers::http_worker::test {

using namespace std::chrono_literals;

struct Sent {
  std::string_view method = "GET";
  std::string_view target = "/";
  std::vector<http::HeaderView> headers = {};
  http::BodyKind body = http::BodyKind::none;
};

class HttpScene {
 public:
  explicit HttpScene(Options options = {}) : worker(std::move(options), random_) {}

  base::Now now{base::MonotonicTime(1000s), base::WallTime(2000s)};

 private:
  base::SeededRandom random_{7};

 public:
  HttpWorker worker;
  Outputs outputs;

  // The provider's answer: empty, or the error.
  std::string add_trigger(std::string id, std::string function, std::string config) {
    worker.on_trigger_registered(
        {std::move(id), "http", std::move(function), std::move(config), {}}, now, outputs
    );
    const auto result =
        std::get<protocol::from_worker::TriggerRegistrationResult>(outputs.messages.back());
    outputs.messages.clear();
    return result.error ? result.error->code + ": " + result.error->message : "";
  }
  void remove_trigger(std::string id) {
    worker.on_trigger_unregistered({std::move(id), "http"}, now, outputs);
  }

  static RequestId id(std::uint64_t number) { return RequestId(number); }
  void request(std::uint64_t number, const Sent& sent) {
    http::Request request;
    request.method = sent.method;
    request.target = sent.target;
    request.headers = sent.headers;
    request.body = sent.body;
    worker.on_request(id(number), request, now, outputs);
    if (sent.body == http::BodyKind::none) {
      worker.on_body_end(id(number), now, outputs);
    }
  }
  void body(std::uint64_t number, std::string_view bytes) {
    worker.on_body(id(number), bytes);
    worker.on_body_end(id(number), now, outputs);
  }

  // The oldest call that has not been taken; its data is kept in `data`.
  std::string take_call() {
    if (outputs.calls.empty()) {
      return "nothing";
    }
    last_call = std::move(outputs.calls.front());
    outputs.calls.erase(outputs.calls.begin());
    return last_call.function_id;
  }
  // The answer to the call taken last.
  void result(std::string json) {
    const CallResult result{*last_call.id, std::move(json), {}};
    worker.on_result(result, now, outputs);
    note_orders();
  }
  void failure(std::string code, std::string message) {
    const CallResult result{
        *last_call.id, "", protocol::ErrorBody{std::move(code), std::move(message), {}}
    };
    worker.on_result(result, now, outputs);
    note_orders();
  }
  void advance(std::chrono::milliseconds time) {
    now.monotonic += time;
    worker.on_time(now, outputs);
  }

  // What has been ordered: "1 200 content-type: application/json | {}" and the like, without the
  // lines that CORS adds.
  std::string take_orders() {
    note_orders();
    return std::exchange(orders_, {});
  }

  // Of which requests the channels have been closed, in order.
  std::vector<std::uint64_t> take_closed() {
    note_orders();
    return std::exchange(closed_, {});
  }

  Call last_call;

 private:
  struct Writer {
    std::string& out;
    std::vector<std::uint64_t>& closed;

    std::string& begin(RequestId request) const {
      return out.append(out.empty() ? "" : "; ").append(std::to_string(request.value()));
    }
    static std::string lines_of(std::string_view lines) {
      std::string text;
      while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        const std::string_view line = lines.substr(0, end);
        const bool is_of_cors = line.starts_with("vary: origin") || line.starts_with("access-");
        text.append(is_of_cors ? "" : " ").append(is_of_cors ? "" : line);
        lines.remove_prefix(end + 2);
      }
      return text;
    }
    void operator()(const Respond& order) const {
      begin(order.request).append(" ").append(std::to_string(order.status));
      out.append(lines_of(order.lines)).append(" | ");
      out.append(order.body.view());
    }
    void operator()(const StartResponse& order) const {
      begin(order.request).append(" starts ").append(std::to_string(order.status));
      out.append(lines_of(order.lines));
    }
    void operator()(const SendPiece& order) const {
      begin(order.request).append(" piece ").append(order.piece);
    }
    void operator()(const EndResponse& order) const { begin(order.request).append(" ends"); }
    void operator()(const BreakResponse& order) const { begin(order.request).append(" breaks"); }
    void operator()(const OpenFile& order) const {
      begin(order.request).append(" opens ").append(std::to_string(order.folder)).append(" ");
      out.append(order.name);
    }
    void operator()(const SendFile& order) const {
      begin(order.request).append(" file ").append(std::to_string(order.status)).append(" ");
      out.append(std::to_string(order.offset)).append("+").append(std::to_string(order.bytes));
    }
    void operator()(const LimitBody& order) const {
      begin(order.request).append(" limit ").append(std::to_string(order.bytes_max));
    }
    void operator()(const HoldBody& order) const { begin(order.request).append(" holds"); }
    void operator()(const ReleaseBody& order) const { begin(order.request).append(" releases"); }
    void operator()(const SendToReader& order) const {
      begin(order.request).append(" reader ").append(order.piece);
    }
    void operator()(const EndReader& order) const { begin(order.request).append(" reader ends"); }
    void operator()(const CloseChannels& order) const { closed.push_back(order.request.value()); }
  };

  void note_orders() {
    std::vector<Order> orders;
    worker.take_orders(orders);
    for (const Order& order : orders) {
      std::visit(Writer{orders_, closed_}, order);
    }
  }

  std::string orders_;
  std::vector<std::uint64_t> closed_;
};

}  // namespace iii::workers::http_worker::test
