// One connection of an HTTP/1.1 server: bytes in; requests with pieces of their bodies, and bytes,
// out. Sans-IO: it owns no socket and no clock, and what it writes goes to the outbox given.
//
//   waiting -> head -> body -> (whole) -> waiting           what is read
//              due -> streaming -> complete                 what is answered, meanwhile
//   closing: nothing more is read; the driver ends the connection once its outbox has been written
//
// One request at a time: the next one is not looked at before the last one has been answered. The
// driver presents the bytes that on_bytes() has left again, followed by more: at once when
// can_read(), otherwise when that has changed. Answering may happen inside of the sink's calls.
// One thread.
#pragma once

#include "base/byte_buffer.hpp"
#include "base/time.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::http {

struct ServerLimits {
  HeadLimits head;
  // What is read of a body that nobody wants any more, to keep the connection.
  std::size_t discarded_bytes_max = 0;
  std::chrono::milliseconds head_timeout{};   // from its first byte, or from the connection's start
  std::chrono::milliseconds body_timeout{};   // without a byte of it
  std::chrono::milliseconds idle_timeout{};   // between two requests
  std::chrono::milliseconds write_timeout{};  // in which the peer takes nothing of what waits
};

// What the connections of one server share.
struct ServerContext {
  ServerLimits limits;
  std::vector<HeaderView> headers;  // of the head that is being read
  std::string date;                 // of now, for the Date header
};

// IMF-fixdate (RFC 9110 §5.6.7).
[[nodiscard]] std::string http_date(base::WallTime time);

struct AnswerHead {
  unsigned status = 200;
  // "name: value\r\n" for each; not those that the connection itself writes: Content-Length,
  // Transfer-Encoding, Connection, Date.
  std::string_view lines;
};

// What is said to a client whose request is refused.
struct RefusalText {
  std::string lines;  // as those of AnswerHead
  std::string body;
};
// "PAYLOAD_TOO_LARGE" of 413.
[[nodiscard]] std::string_view refusal_code(unsigned status) noexcept;
// In JSON: {"error":{"code":…,"message":…}}.
[[nodiscard]] RefusalText refusal_text(const Refusal& refusal);

class RequestSink {
 public:
  // The views live until the call returns. Then the body follows, unless the request has none.
  virtual void on_request(const Request& request) = 0;
  virtual void on_body(std::string_view piece) = 0;
  virtual void on_body_end() = 0;
  // The head of a request, or the rest of one that has begun, cannot be understood, is too large or
  // too late. The client will be told so, and nobody waits for another answer.
  [[nodiscard]] virtual RefusalText on_refused(const Refusal& refusal) = 0;
  // The same of a request whose answer has begun: it is too late to tell.
  virtual void on_request_failed() = 0;

 protected:
  ~RequestSink() = default;
};

class ServerConnection {
 public:
  ServerConnection(ServerContext& context, base::MonotonicTime now);

  // --- Events ---

  // Returns how many of the bytes it has used up.
  std::size_t on_bytes(
      std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
  );
  // The outbox has been written as far as the peer takes it.
  void on_written(std::size_t bytes_left, bool has_progressed, base::MonotonicTime now);
  // False: the connection is to be dropped. True: closing, or nothing was due.
  [[nodiscard]] bool on_time(base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox);

  // --- Commands for the request that is being answered ---

  // Bodies beyond this are refused with 413; from on_request() on, until the body's end.
  void limit_body(std::uint64_t bytes_max) { body_bytes_max_ = bytes_max; }
  // Back-pressure: no more of the body for the moment. Before its first byte was read, a client
  // that waits for `100 Continue` goes on waiting.
  void hold_body() { is_held_ = true; }
  void release_body(base::MonotonicTime now, base::ByteBuffer& outbox);
  // The whole answer.
  void respond(
      const AnswerHead& head,
      std::string_view body,
      base::MonotonicTime now,
      base::ByteBuffer& outbox
  );
  // An answer in pieces. An empty piece is none.
  // With `length` the pieces have so many bytes together (of an answer to HEAD: would have).
  void start_response(
      const AnswerHead& head,
      base::ByteBuffer& outbox,
      std::optional<std::uint64_t> length = std::nullopt
  );
  void send_piece(std::string_view piece, base::ByteBuffer& outbox);
  void end_response(base::MonotonicTime now, base::ByteBuffer& outbox);
  // The answer cannot be completed; its client will notice.
  void break_response();
  // After the request that is being answered, if any.
  void close_soon();

  // --- Getters ---

  // Whether on_bytes() would use some.
  [[nodiscard]] bool can_read() const;
  [[nodiscard]] bool is_closing() const { return reading_ == Reading::closing; }
  // The end must look like a failure: a client of 1.0 knows no other sign.
  [[nodiscard]] bool ends_abruptly() const { return ends_abruptly_; }
  [[nodiscard]] bool is_idle() const {
    return reading_ == Reading::waiting && answering_ == Answering::none;
  }
  [[nodiscard]] bool owes_answer() const {
    return answering_ == Answering::due || answering_ == Answering::streaming;
  }
  // Whether what is sent of a body leaves: not of an answer to HEAD.
  [[nodiscard]] bool sends_body() const { return has_body_; }
  [[nodiscard]] bool has_started_response() const { return answering_ == Answering::streaming; }
  [[nodiscard]] base::MonotonicTime next_deadline() const;

 private:
  enum class Reading : std::uint8_t { waiting, head, body, whole, closing };
  enum class Answering : std::uint8_t { none, due, streaming, complete };

  // How many bytes, or nullopt: nothing more can be done with what is there.
  std::optional<std::size_t> read_head(
      std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
  );
  std::optional<std::size_t> read_body(
      std::string_view bytes, base::MonotonicTime now, RequestSink& sink, base::ByteBuffer& outbox
  );
  void take_piece(std::string_view piece, RequestSink& sink, base::ByteBuffer& outbox);
  void send_continue(base::ByteBuffer& outbox);
  void fail_request(const Refusal& refusal, RequestSink& sink, base::ByteBuffer& outbox);
  void refuse(const Refusal& refusal, RequestSink& sink, base::ByteBuffer& outbox);
  void decide_persistence();
  void write_head(
      const AnswerHead& head, std::optional<std::uint64_t> length, base::ByteBuffer& outbox
  );
  void conclude(base::MonotonicTime now);

  ServerContext& context_;
  Reading reading_ = Reading::waiting;
  Answering answering_ = Answering::none;
  bool is_head_request_ = false;
  bool is_http_10_ = false;
  bool keeps_alive_ = true;
  bool owes_continue_ = false;
  bool is_held_ = false;
  bool is_chunked_response_ = false;
  bool has_body_ = false;  // the response's, on the wire
  bool is_first_ = true;   // no request has come yet
  bool ends_abruptly_ = false;
  std::size_t scanned_bytes_ = 0;  // of an incomplete head
  std::uint64_t body_bytes_ = 0;   // read of the request's
  std::uint64_t body_bytes_max_ = UINT64_MAX;
  std::uint64_t body_bytes_announced_ = 0;  // UINT64_MAX: chunked
  std::size_t discarded_bytes_ = 0;
  std::optional<RequestParser> parser_;  // from the head to the end of the body
  base::MonotonicTime read_deadline_ = base::never;
  base::MonotonicTime write_deadline_ = base::never;
};

}  // namespace iii::http
