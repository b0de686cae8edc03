// Who serves which function and who waits for which answer: nothing else is kept, nothing is
// checked. on_message() for each message of a loop turn, then flush(): one send per connection.
// One thread.
#pragma once

#include "relayfloor/inbox.hpp"
#include "wire/socket.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace iii::bench {

struct Connection {
  Descriptor socket;
  Inbox inbox = {};
  std::string outbox = {};
  bool is_upgraded = false;
  bool is_dirty = false;  // something waits in the outbox
};

class Relay {
 public:
  void on_message(Connection& from, std::string_view message);
  void send(Connection& to, std::string_view bytes);
  void forget(Connection& gone);
  void flush();

 private:
  void send_text(Connection& to, std::string_view message);
  void mark_dirty(Connection& connection);

  std::unordered_map<std::string, Connection*> owners_;
  std::unordered_map<std::string, Connection*> callers_;
  std::vector<Connection*> dirty_;
};

}  // namespace iii::bench
