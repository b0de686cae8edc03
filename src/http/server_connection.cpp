#include "http/server_connection.hpp"

#include "base/assert.hpp"
#include "base/byte_buffer.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace iii::http {

namespace beast_http = boost::beast::http;

namespace {

// RFC 9110 §15: these never have a body.
bool has_no_body(unsigned status) noexcept {
  return status == 204 || status == 304 || (status >= 100 && status < 200);
}

std::string_view reason_of(unsigned status) noexcept {
  const auto reason = beast_http::obsolete_reason(static_cast<beast_http::status>(status));
  return {reason.data(), reason.size()};
}

void append_number(std::uint64_t number, int base, base::ByteBuffer& outbox) {
  constexpr std::size_t digits_max = 20;
  char* const begin = outbox.prepare(digits_max);
  const auto end = std::to_chars(begin, begin + digits_max, number, base).ptr;
  outbox.commit(static_cast<std::size_t>(end - begin));
}

}  // namespace

std::string_view refusal_code(unsigned status) noexcept {
  switch (status) {
    case 408:
      return "REQUEST_TIMEOUT";
    case 413:
      return "PAYLOAD_TOO_LARGE";
    case 414:
      return "URI_TOO_LONG";
    case 417:
      return "EXPECTATION_FAILED";
    case 431:
      return "REQUEST_HEADER_FIELDS_TOO_LARGE";
    case 501:
      return "NOT_IMPLEMENTED";
    case 505:
      return "HTTP_VERSION_NOT_SUPPORTED";
    default:
      return "BAD_REQUEST";
  }
}

RefusalText refusal_text(const Refusal& refusal) {
  RefusalText text;
  text.lines = "content-type: application/json\r\n";
  text.body = R"({"error":{"code":")";
  text.body.append(refusal_code(refusal.status)).append(R"(","message":")");
  text.body.append(refusal.reason).append("\"}}");
  return text;
}

std::string http_date(base::WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  // The "C" locale's names: the program never calls setlocale().
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

ServerConnection::ServerConnection(ServerContext& context, base::MonotonicTime now)
    : context_(context), read_deadline_(now + context.limits.head_timeout) {
}

// --- Reading ---

std::size_t ServerConnection::on_bytes(
    std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
) {
  std::size_t used = 0;
  for (;;) {
    const std::string_view left = bytes.substr(used);
    switch (reading_) {
      case Reading::closing:
        return bytes.size();
      case Reading::whole:
        return used;
      case Reading::waiting:
      case Reading::head: {
        const auto taken = read_head(left, now, sink, outbox);
        if (!taken) {
          return used;
        }
        used += *taken;
        break;
      }
      case Reading::body: {
        const auto taken = is_held_ ? std::nullopt : read_body(left, now, sink, outbox);
        if (!taken) {
          return used;
        }
        used += *taken;
        break;
      }
    }
  }
}

std::optional<std::size_t> ServerConnection::read_head(
    std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
) {
  // RFC 9112 §2.2: empty lines before a request, as some old clients send them after a body.
  std::size_t skipped = 0;
  while (reading_ == Reading::waiting && bytes.substr(skipped).starts_with("\r\n")) {
    skipped += 2;
  }
  const std::string_view text = bytes.substr(skipped);
  if (text.empty() || text == "\r") {
    return skipped == 0 ? std::nullopt : std::optional(skipped);
  }
  if (reading_ == Reading::waiting) {
    reading_ = Reading::head;
    scanned_bytes_ = 0;
    read_deadline_ = is_first_ ? read_deadline_ : now + context_.limits.head_timeout;
    if (skipped != 0) {
      return skipped;
    }
  }
  const HeadEnd end = find_head_end(text, scanned_bytes_, context_.limits.head);
  scanned_bytes_ = text.size();
  if (end.refusal) {
    refuse(*end.refusal, sink, outbox);
    return bytes.size();
  }
  if (!end.bytes) {
    return std::nullopt;
  }
  Request request;
  context_.headers.clear();
  parser_.emplace(context_.headers);
  if (const auto refusal =
          http::read_head(text.substr(0, *end.bytes), context_.limits.head, *parser_, request)) {
    refuse(*refusal, sink, outbox);
    return bytes.size();
  }
  is_first_ = false;
  is_head_request_ = request.method == "HEAD";
  is_http_10_ = request.version < 11;
  keeps_alive_ = request.keeps_alive;
  owes_continue_ = request.expects_continue;
  is_held_ = false;
  body_bytes_ = discarded_bytes_ = 0;
  body_bytes_max_ = UINT64_MAX;
  body_bytes_announced_ = request.body == BodyKind::chunked ? UINT64_MAX : request.body_bytes;
  reading_ = request.body == BodyKind::none ? Reading::whole : Reading::body;
  answering_ = Answering::due;
  read_deadline_ =
      request.body == BodyKind::none ? base::never : now + context_.limits.body_timeout;
  sink.on_request(request);
  // An answer inside of the call has concluded the request already, if it was whole.
  if (request.body == BodyKind::sized && reading_ == Reading::body &&
      body_bytes_announced_ > body_bytes_max_) {
    fail_request({413, "the body of the request is too large"}, sink, outbox);
  }
  return end.bytes;
}

std::optional<std::size_t> ServerConnection::read_body(
    std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
) {
  if (owes_continue_) {
    send_continue(outbox);
  }
  if (!parser_ || bytes.size() < parser_->bytes_min()) {
    return std::nullopt;
  }
  RequestParser& parser = *parser_;
  boost::beast::error_code error;
  parser.piece = {};
  const std::size_t used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == beast_http::error::need_more) {
    // A quoted extension that does not end in its line makes Beast wait for ever.
    const bool is_whole = used == 0 && bytes.find("\r\n\r\n") != std::string_view::npos;
    const bool is_too_long = used == 0 && bytes.size() >= base::limits::http_chunk_line_bytes_max;
    error = {};
    if (is_whole || is_too_long) {
      error = beast_http::error::bad_chunk;
    }
  }
  if (error) {
    fail_request({400, "the body of the request is malformed"}, sink, outbox);
    return bytes.size();
  }
  const bool is_done = parser.is_done();
  if (used == 0 && !is_done) {
    return std::nullopt;
  }
  read_deadline_ = now + context_.limits.body_timeout;
  if (!parser.piece.empty()) {
    take_piece(parser.piece, sink, outbox);
  }
  if (is_done && reading_ == Reading::body) {
    parser_.reset();
    reading_ = Reading::whole;
    read_deadline_ = base::never;
    if (answering_ == Answering::complete) {
      conclude(now);
    } else {
      sink.on_body_end();
    }
  }
  return used;
}

void ServerConnection::take_piece(
    std::string_view piece, RequestSink& sink, base::ByteBuffer& outbox
) {
  if (answering_ == Answering::complete) {
    discarded_bytes_ += piece.size();
    if (discarded_bytes_ > context_.limits.discarded_bytes_max) {
      reading_ = Reading::closing;
    }
    return;
  }
  body_bytes_ += piece.size();
  if (body_bytes_ > body_bytes_max_) {
    fail_request({413, "the body of the request is too large"}, sink, outbox);
    return;
  }
  sink.on_body(piece);
}

void ServerConnection::send_continue(base::ByteBuffer& outbox) {
  owes_continue_ = false;
  if (answering_ == Answering::due) {
    outbox.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

void ServerConnection::fail_request(
    const Refusal& refusal, RequestSink& sink, base::ByteBuffer& outbox
) {
  if (answering_ == Answering::due) {
    refuse(refusal, sink, outbox);
    return;
  }
  const bool was_owed = owes_answer();
  ends_abruptly_ = answering_ == Answering::streaming && !is_chunked_response_;
  reading_ = Reading::closing;
  answering_ = Answering::complete;
  read_deadline_ = base::never;
  if (was_owed) {
    sink.on_request_failed();
  }
}

void ServerConnection::refuse(const Refusal& refusal, RequestSink& sink, base::ByteBuffer& outbox) {
  const RefusalText text = sink.on_refused(refusal);
  keeps_alive_ = false;
  is_head_request_ = false;
  write_head({refusal.status, text.lines}, text.body.size(), outbox);
  outbox.append(text.body);
  reading_ = Reading::closing;
  answering_ = Answering::complete;
  read_deadline_ = base::never;
}

bool ServerConnection::can_read() const {
  switch (reading_) {
    case Reading::waiting:
    case Reading::head:
    case Reading::closing:
      return true;
    case Reading::body:
      return !is_held_;
    case Reading::whole:
      return false;
  }
  return false;
}

void ServerConnection::release_body(base::MonotonicTime now, base::ByteBuffer& outbox) {
  is_held_ = false;
  if (reading_ == Reading::body) {
    read_deadline_ = now + context_.limits.body_timeout;
    if (owes_continue_) {
      send_continue(outbox);
    }
  }
}

// --- Answering ---

// A body that will not be read to its end would be taken for the next request.
void ServerConnection::decide_persistence() {
  if (reading_ != Reading::body) {
    return;
  }
  const std::uint64_t left =
      body_bytes_announced_ == UINT64_MAX ? 0 : body_bytes_announced_ - body_bytes_;
  if (owes_continue_ || left > context_.limits.discarded_bytes_max) {
    keeps_alive_ = false;
  }
}

void ServerConnection::write_head(
    const AnswerHead& head, std::optional<std::uint64_t> length, base::ByteBuffer& outbox
) {
  outbox.append("HTTP/1.1 ");
  append_number(head.status, 10, outbox);
  outbox.append(" ");
  outbox.append(reason_of(head.status));
  outbox.append("\r\n");
  outbox.append(head.lines);
  const bool is_empty = has_no_body(head.status);
  has_body_ = !is_empty && !is_head_request_;
  is_chunked_response_ = !length && !is_http_10_;
  // RFC 9110 §8.6: not with 204; with 304 it is that of the body left out.
  if (length && (!is_empty || head.status == 304)) {
    outbox.append("content-length: ");
    append_number(*length, 10, outbox);
    outbox.append("\r\n");
  } else if (!length && !is_empty && is_chunked_response_) {
    outbox.append("transfer-encoding: chunked\r\n");
  }
  if (!keeps_alive_) {
    outbox.append("connection: close\r\n");
  } else if (is_http_10_) {
    outbox.append("connection: keep-alive\r\n");
  }
  outbox.append("date: ");
  outbox.append(context_.date);
  outbox.append("\r\n\r\n");
}

void ServerConnection::respond(
    const AnswerHead& head, std::string_view body, base::MonotonicTime now, base::ByteBuffer& outbox
) {
  III_ASSERT(answering_ == Answering::due, "a request is answered once");
  decide_persistence();
  write_head(head, body.size(), outbox);
  if (has_body_) {
    outbox.append(body);
  }
  conclude(now);
}

void ServerConnection::start_response(
    const AnswerHead& head, base::ByteBuffer& outbox, std::optional<std::uint64_t> length
) {
  III_ASSERT(answering_ == Answering::due, "a request is answered once");
  decide_persistence();
  // In 1.0 the end of a body without a length is that of the connection.
  keeps_alive_ = keeps_alive_ && (!is_http_10_ || length);
  write_head(head, length, outbox);
  answering_ = Answering::streaming;
}

void ServerConnection::send_piece(std::string_view piece, base::ByteBuffer& outbox) {
  III_ASSERT(answering_ == Answering::streaming, "start_response() comes first");
  if (!has_body_ || piece.empty()) {
    return;
  }
  if (is_chunked_response_) {
    append_number(piece.size(), 16, outbox);
    outbox.append("\r\n");
  }
  outbox.append(piece);
  if (is_chunked_response_) {
    outbox.append("\r\n");
  }
}

void ServerConnection::end_response(base::MonotonicTime now, base::ByteBuffer& outbox) {
  III_ASSERT(answering_ == Answering::streaming, "start_response() comes first");
  if (is_chunked_response_ && has_body_) {
    outbox.append("0\r\n\r\n");
  }
  decide_persistence();
  conclude(now);
}

void ServerConnection::break_response() {
  ends_abruptly_ = answering_ == Answering::streaming && !is_chunked_response_;
  answering_ = Answering::complete;
  reading_ = Reading::closing;
  read_deadline_ = base::never;
}

void ServerConnection::close_soon() {
  keeps_alive_ = false;
  if (is_idle() || (reading_ == Reading::head && answering_ == Answering::none)) {
    reading_ = Reading::closing;
    read_deadline_ = base::never;
  }
}

// The answer is complete.
void ServerConnection::conclude(base::MonotonicTime now) {
  answering_ = Answering::complete;
  if (!keeps_alive_) {
    reading_ = Reading::closing;
    read_deadline_ = base::never;
    parser_.reset();
  } else if (reading_ == Reading::whole) {
    parser_.reset();
    answering_ = Answering::none;
    reading_ = Reading::waiting;
    read_deadline_ = now + context_.limits.idle_timeout;
  } else {
    is_held_ = false;  // the rest is discarded
    read_deadline_ = now + context_.limits.body_timeout;
  }
}

// --- Time ---

void ServerConnection::on_written(
    std::size_t bytes_left, bool has_progressed, base::MonotonicTime now
) {
  if (bytes_left == 0) {
    write_deadline_ = base::never;
  } else if (has_progressed || write_deadline_ == base::never) {
    write_deadline_ = now + context_.limits.write_timeout;
  }
}

bool ServerConnection::on_time(
    base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
) {
  if (write_deadline_ <= now) {
    return false;
  }
  if (next_deadline() > now) {
    return true;
  }
  switch (reading_) {
    case Reading::waiting:
      reading_ = Reading::closing;
      read_deadline_ = base::never;
      break;
    case Reading::head:
      refuse({408, "the head of the request did not come in time"}, sink, outbox);
      break;
    case Reading::body:
      fail_request({408, "the body of the request did not come in time"}, sink, outbox);
      break;
    case Reading::whole:
    case Reading::closing:
      read_deadline_ = base::never;
      break;
  }
  return true;
}

base::MonotonicTime ServerConnection::next_deadline() const {
  const bool is_ours = reading_ == Reading::body && is_held_;
  return std::min(is_ours ? base::never : read_deadline_, write_deadline_);
}

}  // namespace iii::http
