// Bodies of requests and answers that come in pieces, and the channels they go through (spec: http
// §10).
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "core/channels.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"
#include "workers/worker.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::workers::http_worker {

namespace limits = base::limits;

namespace {

// A message on the response channel.
class Control final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (json::spells(key, "type") && value.kind == json::Kind::string) {
      type = json::decode_string(value);
    } else if (json::spells(key, "status_code")) {
      status = value.text;
    } else if (json::spells(key, "headers") && value.kind == json::Kind::object) {
      headers = value.text;
    }
  }

  std::string type;
  std::string_view status;
  std::string_view headers;
};

class StreamHeaders final : public json::MemberSink {
 public:
  explicit StreamHeaders(Pending& pending) : pending_(pending) {}

  void on_member(const json::Value& key, const json::Value& value) override {
    std::string name = json::decode_string(key);
    if (value.kind != json::Kind::string) {
      leave_out(std::move(name));
      return;
    }
    std::string text = json::decode_string(value);
    pending_.stream_headers_bytes += name.size() + text.size();
    std::string line;
    if (pending_.stream_headers_bytes > limits::http_stream_headers_bytes_max ||
        !append_header(name, text, line)) {
      leave_out(std::move(name));
      return;
    }
    pending_.stream_headers.insert_or_assign(std::move(name), std::move(text));
  }

  std::optional<std::string> left_out;  // the first

 private:
  void leave_out(std::string name) {
    if (!left_out) {
      left_out = std::move(name);
    }
  }

  Pending& pending_;
};

constexpr std::uint64_t version_bits = 0x4000;  // of a random UUID
constexpr std::uint64_t variant_bits = std::uint64_t{1} << 63U;
constexpr std::uint64_t response_bit = std::uint64_t{1} << 61U;

protocol::ErrorBody cut_off_error() {
  return protocol::error_body(
      protocol::codes::invocation_stopped,
      "The connection of the response channel has ended without a Close frame"
  );
}

}  // namespace

// Most requests never use their channels. So nothing is opened for them: a channel's id tells which
// request it belongs to, and only who also has its key is let in.
void HttpWorker::make_channels(Pending& pending) {
  const std::uint64_t id = pending.id.value() ^ channel_mask_;
  // 48 bits before the version, and 16 after the variant.
  const std::uint64_t high = (id >> 16U << 16U) | version_bits | (random_.next() & 0x0fffU);
  const std::uint64_t low =
      variant_bits | ((id & 0xffffU) << 40U) | (random_.next() & 0xff'ffff'ffffU);
  pending.body_channel = {base::ChannelId(base::Uuid(high, low)), base::Uuid::random(random_)};
  pending.response_channel = {
      base::ChannelId(base::Uuid(high, low | response_bit)), base::Uuid::random(random_)
  };
}

std::optional<HttpWorker::Wanted> HttpWorker::find_channel(base::ChannelId id) {
  const std::uint64_t high = id.value().high();
  const std::uint64_t low = id.value().low();
  const RequestId request(((high >> 16U << 16U) | (low >> 40U & 0xffffU)) ^ channel_mask_);
  const Pending* pending = pending_.find(request);
  if (pending == nullptr) {
    return std::nullopt;
  }
  if (pending->body_channel.id == id) {
    return Wanted{request, pending->body_channel, core::ChannelEnd::reader};
  }
  if (pending->response_channel.id == id) {
    return Wanted{request, pending->response_channel, core::ChannelEnd::writer};
  }
  return std::nullopt;
}

// --- The body of a request ---

void HttpWorker::release_body(Pending& pending) {
  if (pending.is_body_held) {
    pending.is_body_held = false;
    order(ReleaseBody{pending.id});
  }
}

void HttpWorker::on_body(RequestId id, std::string_view piece) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr) {
    return;
  }
  if (pending->is_json) {
    take_json(*pending, piece);
    return;
  }
  if (pending->is_reader_there && pending->body.empty()) {
    order(SendToReader{id, piece});
    return;
  }
  pending->body.append(piece);
  if (pending->body.size() >= limits::http_unread_bytes_max && !pending->is_body_held) {
    pending->is_body_held = true;
    order(HoldBody{id});
  }
}

void HttpWorker::on_body_end(RequestId id, base::Now now, Outputs& outputs) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr || pending->has_body_ended) {
    return;
  }
  pending->has_body_ended = true;
  if (pending->is_reader_there) {
    order(EndReader{id});
  }
  if (pending->step == Step::body) {
    advance(*pending, {now, outputs});
  }
}

void HttpWorker::on_reader(RequestId id) {
  if (Pending* pending = pending_.find(id)) {
    pending->is_reader_there = true;
    feed_reader(*pending);
  }
}

void HttpWorker::feed_reader(Pending& pending) {
  if (!pending.body.empty() && pending.is_json) {
    order(SendToReader{pending.id, pending.body});
  } else if (!pending.body.empty()) {
    // The view lives until the next event.
    delivered_.swap(pending.body);
    pending.body.clear();
    order(SendToReader{pending.id, delivered_});
  }
  if (pending.has_body_ended) {
    order(EndReader{pending.id});
  } else if (!pending.is_reader_full) {
    release_body(pending);
  }
}

void HttpWorker::on_reader_full(RequestId id) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr) {
    return;
  }
  pending->is_reader_full = true;
  if (!pending->has_body_ended && !pending->is_body_held) {
    pending->is_body_held = true;
    order(HoldBody{id});
  }
}

void HttpWorker::on_reader_relieved(RequestId id) {
  if (Pending* pending = pending_.find(id)) {
    pending->is_reader_full = false;
    release_body(*pending);
  }
}

// --- The answer in pieces ---

void HttpWorker::take_control(Pending& pending, std::string_view text, const Event& event) {
  Control control;
  if (json::scan_object(text, {}, control)) {
    return;
  }
  if (control.type == "set_status") {
    unsigned status = 0;
    const char* const end = control.status.data() + control.status.size();
    const auto read = std::from_chars(control.status.data(), end, status);
    if (read.ec == std::errc() && read.ptr == end && status >= 200 && status <= 599) {
      pending.stream_status = status;
    }
  } else if (control.type == "set_headers" && !control.headers.empty()) {
    StreamHeaders headers(pending);
    (void)json::scan_object(control.headers, {}, headers);
    note_left_out(pending, headers.left_out, event);
  }
}

void HttpWorker::start_stream(Pending& pending, const Event& event) {
  StartResponse start{pending.id, pending.stream_status, {}};
  for (const auto& [name, value] : pending.stream_headers) {
    append_header(name, value, start.lines);
  }
  if (options_.compresses) {
    begin_compression(pending, start);
  }
  cors_.append(pending.origin, start.lines);
  order(std::move(start));
  pending.step = Step::streaming;
  pending.status = pending.stream_status;
  // Only the head had a time limit, and a place among those being answered.
  pending_.clear_deadline(pending);
  being_answered_ -= pending.counts ? 1 : 0;
  pending.counts = false;
  begin_waiting(event);
}

void HttpWorker::on_channel_message(
    RequestId id, bool is_text, std::string_view bytes, base::Now now, Outputs& outputs
) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr) {
    return;
  }
  if (is_text) {
    if (pending->step == Step::function) {
      take_control(*pending, bytes, {now, outputs});
    }
    return;
  }
  if (pending->step == Step::function) {
    start_stream(*pending, {now, outputs});
  }
  pending->bytes += bytes.size();
  order(SendPiece{id, pending->gzip == nullptr ? bytes : compressed(*pending, bytes)});
}

void HttpWorker::on_channel_ended(
    RequestId id, base::Now now, Outputs& outputs, core::Leave leave
) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr) {
    return;
  }
  const Event event{now, outputs};
  const bool is_cut_off = leave == core::Leave::missing;
  if (pending->step == Step::function && is_cut_off) {
    fail(*pending, cut_off_error(), event);
    return;
  }
  if (pending->step == Step::function) {
    Answer answer;
    answer.status = pending->stream_status;
    for (const auto& [name, value] : pending->stream_headers) {
      append_header(name, value, answer.lines);
    }
    respond(*pending, std::move(answer), event);
    return;
  }
  if (is_cut_off) {
    order(BreakResponse{id});
    finish(*pending, event);
    return;
  }
  if (pending->gzip != nullptr) {
    end_compression(*pending);
  }
  order(EndResponse{id});
  finish(*pending, event);
}

}  // namespace iii::workers::http_worker
