// The ends of channels that requests hold.
#include "base/id.hpp"
#include "base/limits.hpp"
#include "core/channels.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "engine/http_gateway.hpp"
#include "engine/http_gateway_parts.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace iii::engine {

namespace limits = base::limits;

namespace {

constexpr std::uint64_t end_bits = std::uint64_t{3} << 62U;
constexpr std::uint64_t writer_bit = std::uint64_t{1} << 61U;

}  // namespace

void HttpGateway::offer(base::ChannelId id, core::Effects& effects) {
  const auto wanted = worker_.find_channel(id);
  if (!wanted) {
    return;
  }
  Session* session = find(wanted->request);
  if (session == nullptr) {
    return;
  }
  const bool is_body = wanted->end == core::ChannelEnd::reader;
  bool& was_offered = is_body ? session->was_body_offered : session->was_response_offered;
  if (std::exchange(was_offered, true)) {
    return;
  }
  (is_body ? session->has_body_end : session->has_response_end) = true;
  const auto own_end = is_body ? core::ChannelEnd::writer : core::ChannelEnd::reader;
  core::Channels& channels = core_.channels();
  channels.adopt(wanted->key, limits::channel_messages_default, now_.monotonic);
  channels.on_opened(end_of(*session, own_end), wanted->key, own_end, effects);
  if (is_body) {
    worker_.on_reader(wanted->request);
    execute_orders();
  }
}

void HttpGateway::on_channel_message(base::ConnectionId end, bool is_text, std::string_view bytes) {
  if (const Session* session = find_by_end(end)) {
    workers::Outputs outputs;
    worker_.on_channel_message(session->id, is_text, bytes, now_, outputs);
    submit(std::move(outputs));
    execute_orders();
  }
}

void HttpGateway::on_channel_ended(base::ConnectionId end, core::Leave leave) {
  Session* session = find_by_end(end);
  if (session == nullptr) {
    return;
  }
  if ((end.value() & writer_bit) != 0) {
    session->has_body_end = false;  // the reader has gone; the rest of the body is of no use
    worker_.on_reader_relieved(session->id);
  } else {
    session->has_response_end = false;
    workers::Outputs outputs;
    worker_.on_channel_ended(session->id, now_, outputs, leave);
    submit(std::move(outputs));
  }
  execute_orders();
}

void HttpGateway::on_channel_full(base::ConnectionId end) {
  if (const Session* session = find_by_end(end)) {
    worker_.on_reader_full(session->id);
    execute_orders();
  }
}

void HttpGateway::on_channel_relieved(base::ConnectionId end) {
  if (const Session* session = find_by_end(end)) {
    worker_.on_reader_relieved(session->id);
    execute_orders();
  }
}

HttpGateway::Session* HttpGateway::find_by_end(base::ConnectionId end) const {
  const auto slot = static_cast<std::size_t>(end.value() & UINT32_MAX) - 1;
  const auto serial = static_cast<std::uint32_t>(end.value() >> 32U) & Session::serial_mask;
  const bool is_known =
      slot < sessions_.size() && sessions_[slot] != nullptr && sessions_[slot]->serial == serial;
  return is_known ? sessions_[slot].get() : nullptr;
}

base::ConnectionId HttpGateway::end_of(const Session& session, core::ChannelEnd end) {
  const std::uint64_t slot = session.id.value() & UINT32_MAX;
  return base::ConnectionId(
      end_bits | (end == core::ChannelEnd::writer ? writer_bit : 0) |
      std::uint64_t{session.serial} << 32U | slot
  );
}

}  // namespace iii::engine
