#include "engine/http_gateway.hpp"

#include "base/byte_buffer.hpp"
#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "core/channels.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/deadline_heap.hpp"
#include "engine/file_answer.hpp"
#include "engine/http_gateway_parts.hpp"
#include "engine/local_workers.hpp"
#include "engine/static_folder.hpp"
#include "http/request.hpp"
#include "http/request_head.hpp"
#include "http/server_connection.hpp"
#include "net/loop.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/static_files.hpp"
#include "workers/worker.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::engine {

namespace limits = base::limits;
namespace http_worker = workers::http_worker;

// What a connection finds in its bytes, for the worker.
class HttpGateway::Requests final : public http::RequestSink {
 public:
  Requests(HttpGateway& gateway, Session& session) : gateway_(gateway), session_(session) {}

  void on_request(const http::Request& request) override {
    session_.serial = ++gateway_.next_serial_ & Session::serial_mask;
    session_.was_body_offered = session_.was_response_offered = false;
    session_.file.set_file({});
    workers::Outputs outputs;
    gateway_.worker_.on_request(session_.id, request, gateway_.now_, outputs, session_.ip_address);
    gateway_.submit(std::move(outputs));
    gateway_.execute_orders();
  }
  void on_body(std::string_view piece) override {
    gateway_.worker_.on_body(session_.id, piece);
    gateway_.execute_orders();
  }
  void on_body_end() override {
    workers::Outputs outputs;
    gateway_.worker_.on_body_end(session_.id, gateway_.now_, outputs);
    gateway_.submit(std::move(outputs));
    gateway_.execute_orders();
  }
  http::RefusalText on_refused(const http::Refusal& refusal) override {
    workers::Outputs outputs;
    http::RefusalText text = gateway_.worker_.on_refused(
        session_.id, refusal, gateway_.now_, outputs, session_.ip_address
    );
    gateway_.submit(std::move(outputs));
    gateway_.execute_orders();
    return text;
  }
  void on_request_failed() override {
    workers::Outputs outputs;
    gateway_.worker_.on_gone(session_.id, gateway_.now_, outputs);
    gateway_.submit(std::move(outputs));
    gateway_.execute_orders();
  }

 private:
  HttpGateway& gateway_;
  Session& session_;
};

HttpGateway::HttpGateway(
    http::ServerLimits limits,
    core::Core& core,
    LocalWorkers& local_workers,
    net::Loop& loop,
    HttpWorker& worker,
    base::ConnectionId worker_connection,
    std::vector<StaticFolder> folders,
    std::size_t unsent_bytes_max
)
    : context_{.limits = limits, .headers = {}, .date = {}},
      core_(core),
      local_workers_(local_workers),
      loop_(loop),
      worker_(worker),
      worker_connection_(worker_connection),
      folders_(std::move(folders)),
      unsent_bytes_max_(unsent_bytes_max) {
}

HttpGateway::~HttpGateway() = default;

// --- Events of the sockets ---

void HttpGateway::on_turn(base::Now now) {
  now_ = now;
  const std::int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(now.wall.time_since_epoch()).count();
  if (second != date_second_) {
    date_second_ = second;
    context_.date = http::http_date(now.wall);
  }
}

void HttpGateway::on_accepted(
    std::size_t listener, base::ConnectionId socket, std::string_view ip_address
) {
  listener_ = listener;
  const std::size_t slot = net::slot_of(socket);
  if (sessions_.size() <= slot) {
    sessions_.resize(slot + 1);
  }
  sessions_[slot] = std::make_unique<Session>(socket, context_, now_.monotonic);
  sessions_[slot]->ip_address = ip_address;
  watch(*sessions_[slot]);
  loop_.watch_for_dead_peer(socket);
}

std::size_t HttpGateway::on_bytes(base::ConnectionId socket, std::span<char> bytes) {
  Session* session = find(socket);
  base::ByteBuffer* outbox = session == nullptr ? nullptr : loop_.outbox(socket);
  if (outbox == nullptr) {
    return bytes.size();
  }
  Requests requests(*this, *session);
  session->is_in_event = true;
  const std::size_t used =
      session->connection.on_bytes({bytes.data(), bytes.size()}, now_.monotonic, requests, *outbox);
  session->is_in_event = false;
  session->is_choked = outbox->size() > limits::channel_outbox_bytes;
  const bool must_wait = used < bytes.size() && !session->connection.can_read();
  if ((must_wait || session->is_choked) && !session->is_paused) {
    session->is_paused = true;
    loop_.pause(socket);
    if (loop_.has_lost_peer(socket)) {
      on_lost(socket);
      return used;
    }
  }
  after_event(*session);
  return used;
}

void HttpGateway::on_ended(base::ConnectionId socket) {
  if (Session* session = find(socket)) {
    workers::Outputs outputs;
    worker_.on_gone(socket, now_, outputs);
    submit(std::move(outputs));
    execute_orders();
    ended_.push_back(std::move(sessions_[net::slot_of(session->id)]));
  }
}

void HttpGateway::on_lost(base::ConnectionId socket) {
  loop_.drop(socket);
  on_ended(socket);
}

void HttpGateway::on_flushed(
    base::ConnectionId socket, std::size_t bytes_left, bool has_progressed, core::Effects& effects
) {
  Session* session = find(socket);
  if (session == nullptr) {
    return;
  }
  session->connection.on_written(bytes_left, has_progressed, now_.monotonic);
  if (session->is_choked && bytes_left <= limits::channel_outbox_bytes / 2) {
    session->is_choked = false;
    after_event(*session);
  }
  if (session->is_reader_congested && bytes_left <= limits::channel_outbox_bytes / 2) {
    session->is_reader_congested = false;
    core_.channels().on_relieved(end_of(*session, core::ChannelEnd::reader), effects);
  }
  if (session->file.is_sending() && bytes_left <= limits::http_file_ahead_bytes / 2) {
    if (base::ByteBuffer* outbox = loop_.outbox(socket)) {
      session->file.send(session->connection, *outbox, now_.monotonic);
      after_event(*session);
    }
  }
  watch(*session);
}

// Refusing what is newest instead would let a few slow clients shut out all others.
void HttpGateway::cut_slow_clients() {
  while (listener_ && loop_.unsent_bytes(*listener_) > unsent_bytes_max_) {
    const auto slowest = loop_.slowest(*listener_);
    if (!slowest) {
      return;
    }
    workers::Outputs outputs;
    outputs.notes.push_back({core::Severity::warn, "http_slow_client_cut", {}, false});
    submit(std::move(outputs));
    loop_.reset(*slowest);
    on_ended(*slowest);
  }
}

void HttpGateway::on_time() {
  cut_slow_clients();
  while (const auto due = deadlines_.pop_due(now_.monotonic)) {
    Session* session = find(due->id);
    const bool is_current = session != nullptr && DeadlineHeap::take(session->watch, *due);
    base::ByteBuffer* outbox = is_current ? loop_.outbox(due->id) : nullptr;
    if (outbox == nullptr) {
      continue;
    }
    Requests requests(*this, *session);
    session->is_in_event = true;
    const bool goes_on = session->connection.on_time(now_.monotonic, requests, *outbox);
    session->is_in_event = false;
    if (!goes_on) {
      on_lost(due->id);
    } else {
      after_event(*session);
    }
  }
  ended_.clear();
}

base::MonotonicTime HttpGateway::next_deadline() const {
  return deadlines_.next();
}

// --- Orders ---

struct HttpGateway::Executor {
  HttpGateway& gateway;
  Session& session;
  base::ByteBuffer& outbox;

  void operator()(const http_worker::Respond& order) const {
    session.connection.respond(
        {order.status, order.lines}, order.body.view(), gateway.now_.monotonic, outbox
    );
  }
  void operator()(const http_worker::StartResponse& order) const {
    session.connection.start_response({order.status, order.lines}, outbox);
  }
  void operator()(const http_worker::SendPiece& order) const {
    session.connection.send_piece(order.piece, outbox);
    if (outbox.size() > limits::channel_outbox_bytes && !session.is_reader_congested) {
      session.is_reader_congested = true;
      gateway.core_.channels().on_congested(end_of(session, core::ChannelEnd::reader));
    }
  }
  void operator()(const http_worker::EndResponse&) const {
    session.connection.end_response(gateway.now_.monotonic, outbox);
  }
  void operator()(const http_worker::BreakResponse&) const { session.connection.break_response(); }
  void operator()(const http_worker::OpenFile& order) const {
    gateway.found_.push_back({order.request, gateway.folders_[order.folder].open_file(order.name)});
  }
  void operator()(const http_worker::SendFile& order) const {
    session.connection.start_response({order.status, order.lines}, outbox, order.bytes);
    session.file.start(order.offset, session.connection.sends_body() ? order.bytes : 0);
    session.file.send(session.connection, outbox, gateway.now_.monotonic);
  }
  void operator()(const http_worker::LimitBody& order) const {
    session.connection.limit_body(order.bytes_max);
  }
  void operator()(const http_worker::HoldBody&) const { session.connection.hold_body(); }
  void operator()(const http_worker::ReleaseBody&) const {
    session.connection.release_body(gateway.now_.monotonic, outbox);
  }
  void operator()(const http_worker::SendToReader& order) const {
    if (session.has_body_end) {
      later(ChannelWork::Kind::send).bytes = order.piece;
    }
  }
  void operator()(const http_worker::EndReader&) const {
    if (session.has_body_end) {
      (void)later(ChannelWork::Kind::end_writer);
    }
  }
  void operator()(const http_worker::CloseChannels& order) const {
    close_channels(gateway, session, order);
  }
  // Static: the channels of a request outlive its socket, and with it the outbox.
  static void close_channels(
      HttpGateway& gateway, Session& session, const http_worker::CloseChannels& order
  ) {
    if (session.has_body_end || session.has_response_end) {
      ChannelWork& work = later(gateway, session, ChannelWork::Kind::close);
      work.body = order.body;
      work.response = order.response;
      session.has_body_end = session.has_response_end = session.is_reader_congested = false;
    }
  }

  [[nodiscard]] ChannelWork& later(ChannelWork::Kind kind) const {
    return later(gateway, session, kind);
  }
  static ChannelWork& later(HttpGateway& gateway, const Session& session, ChannelWork::Kind kind) {
    ChannelWork& work = gateway.channel_work_.emplace_back();
    work.kind = kind;
    work.writer_end = end_of(session, core::ChannelEnd::writer);
    work.reader_end = end_of(session, core::ChannelEnd::reader);
    return work;
  }
};

bool HttpGateway::execute_orders() {
  if (!worker_.has_orders()) {
    return false;
  }
  worker_.take_orders(orders_);
  for (const http_worker::Order& order : orders_) {
    const auto id = std::visit([](const auto& one) { return one.request; }, order);
    Session* session = find(id);
    if (session == nullptr) {
      continue;
    }
    base::ByteBuffer* outbox = loop_.outbox(id);
    if (outbox == nullptr) {
      if (const auto* close = std::get_if<http_worker::CloseChannels>(&order)) {
        Executor::close_channels(*this, *session, *close);
      }
      continue;
    }
    std::visit(Executor{*this, *session, *outbox}, order);
    if (!session->is_in_event && (touched_.empty() || touched_.back() != id)) {
      touched_.push_back(id);
    }
  }
  // After all orders, as one event may bring several for a connection.
  for (const base::ConnectionId id : touched_) {
    if (Session* session = find(id)) {
      after_event(*session);
    }
  }
  touched_.clear();
  return true;
}

bool HttpGateway::look_at_files() {
  for (Found& found : std::exchange(found_, {})) {
    std::optional<http_worker::FileFacts> facts;
    if (found.file) {
      facts = found.file->facts;
    }
    if (Session* session = find(found.request)) {
      session->file.set_file(std::move(found.file));
    }
    workers::Outputs outputs;
    worker_.on_file(found.request, facts, now_, outputs);
    submit(std::move(outputs));
  }
  return execute_orders();
}

bool HttpGateway::carry_out(core::Effects& effects) {
  bool had_orders = execute_orders();
  had_orders = look_at_files() || had_orders;
  std::vector<ChannelWork> works = std::exchange(channel_work_, {});
  core::Channels& channels = core_.channels();
  for (ChannelWork& work : works) {
    switch (work.kind) {
      case ChannelWork::Kind::send: {
        std::string_view bytes = effects.keep(std::move(work.bytes));
        while (!bytes.empty()) {
          const std::string_view frame = bytes.substr(0, limits::channel_frame_bytes_max);
          channels.on_message(work.writer_end, false, frame, effects);
          bytes.remove_prefix(frame.size());
        }
        break;
      }
      case ChannelWork::Kind::end_writer:
        channels.on_closed(work.writer_end, effects);
        break;
      case ChannelWork::Kind::close:
        // After EndReader this does nothing. Without it the body is not whole, and its reader must
        // not take it for that.
        channels.on_broken(work.writer_end, effects);
        channels.on_closed(work.reader_end, effects);
        channels.seal(work.body);
        channels.seal(work.response);
        break;
    }
  }
  return had_orders || !works.empty();
}

void HttpGateway::after_event(Session& session) {
  if (session.is_in_event) {
    return;
  }
  if (session.connection.is_closing()) {
    end(session);
    return;
  }
  if (session.is_paused && !session.is_choked && session.connection.can_read()) {
    session.is_paused = false;
    loop_.resume(session.id);
  }
  if (is_draining_) {
    session.connection.close_soon();
    if (session.connection.is_closing()) {
      end(session);
      return;
    }
  }
  watch(session);
}

void HttpGateway::watch(Session& session) {
  deadlines_.watch(session.watch, session.connection.next_deadline(), session.id);
}

void HttpGateway::end(Session& session) {
  if (session.connection.ends_abruptly()) {
    loop_.reset(session.id);
  } else {
    loop_.finish(session.id, context_.limits.write_timeout);
  }
  ended_.push_back(std::move(sessions_[net::slot_of(session.id)]));
}

void HttpGateway::submit(workers::Outputs outputs) {
  local_workers_.submit(worker_connection_, std::move(outputs));
}

// --- Stop ---

void HttpGateway::drain() {
  is_draining_ = true;
  for (const auto& slot : sessions_) {
    if (Session* session = slot.get()) {
      after_event(*session);
    }
  }
}

bool HttpGateway::is_sending_files() const {
  return std::ranges::any_of(sessions_, [](const auto& session) {
    return session != nullptr && session->file.is_sending();
  });
}

void HttpGateway::close_all() {
  for (const auto& slot : sessions_) {
    if (slot != nullptr) {
      workers::Outputs outputs;  // nobody is left to take them
      worker_.on_gone(slot->id, now_, outputs);
    }
  }
  execute_orders();  // bodies that are not whole must not look so
  for (auto& slot : sessions_) {
    if (slot != nullptr) {
      loop_.finish(slot->id);
      ended_.push_back(std::move(slot));
    }
  }
}

HttpGateway::Session* HttpGateway::find(base::ConnectionId socket) const {
  const std::size_t slot = net::slot_of(socket);
  if (slot >= sessions_.size() || sessions_[slot] == nullptr || sessions_[slot]->id != socket) {
    return nullptr;
  }
  return sessions_[slot].get();
}

}  // namespace iii::engine
