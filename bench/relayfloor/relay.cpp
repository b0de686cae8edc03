#include "relayfloor/relay.hpp"

#include "wire/frame.hpp"
#include "wire/json_text.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <vector>

namespace iii::bench {
namespace {

constexpr std::string_view invocation_id_prefix = R"("invocation_id":")";

// A peer that does not read stops the floor: the load generator always reads.
void send_all(Connection& connection) {
  std::string_view rest = connection.outbox;
  while (!rest.empty()) {
    const ssize_t sent = ::send(connection.socket.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      break;
    }
  }
  connection.outbox.clear();
}

}  // namespace

void Relay::on_message(Connection& from, std::string_view message) {
  if (contains(message, R"("invocationresult")")) {
    const auto found = callers_.find(std::string(text_after(message, invocation_id_prefix)));
    if (found != callers_.end()) {
      send_text(*found->second, message);
      callers_.erase(found);
    }
  } else if (contains(message, R"("invokefunction")")) {
    const auto found = owners_.find(std::string(text_after(message, R"("function_id":")")));
    if (found == owners_.end()) {
      return;
    }
    const std::string invocation_id(text_after(message, invocation_id_prefix));
    if (!invocation_id.empty()) {
      callers_[invocation_id] = &from;
    }
    send_text(*found->second, message);
  } else if (contains(message, R"("registerfunction")")) {
    owners_[std::string(text_after(message, R"("id":")"))] = &from;
  }
}

void Relay::send(Connection& to, std::string_view bytes) {
  to.outbox.append(bytes);
  mark_dirty(to);
}

void Relay::send_text(Connection& to, std::string_view message) {
  append_frame(to.outbox, Role::server, Opcode::text, message);
  mark_dirty(to);
}

void Relay::mark_dirty(Connection& connection) {
  if (!connection.is_dirty) {
    connection.is_dirty = true;
    dirty_.push_back(&connection);
  }
}

void Relay::forget(Connection& gone) {
  std::erase_if(owners_, [&gone](const auto& entry) { return entry.second == &gone; });
  std::erase_if(callers_, [&gone](const auto& entry) { return entry.second == &gone; });
  std::erase(dirty_, &gone);
}

void Relay::flush() {
  for (Connection* const connection : dirty_) {
    connection->is_dirty = false;
    send_all(*connection);
  }
  dirty_.clear();
}

}  // namespace iii::bench
