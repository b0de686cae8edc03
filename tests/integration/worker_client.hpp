// A worker as the engine sees one: speaks the messages of the wire over a SocketClient. What
// arrives while it waits for something else is kept for next_message().
#pragma once

#include "socket_client.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace iii::test {

class WorkerClient {
 public:
  // Connects and takes the engine's greeting.
  explicit WorkerClient(std::uint16_t port, ClientOptions options = {});

  [[nodiscard]] SocketClient& socket() { return socket_; }
  [[nodiscard]] const std::string& worker_id() const { return worker_id_; }

  void send(std::string_view text) { socket_.send_text(text); }
  // Returns once the engine has worked off everything sent before.
  void settle();
  void serve(std::string_view function_id);
  void announce_runtime(std::string_view runtime);

  // Sends a call and returns its invocation id.
  std::string start_call(std::string_view function_id, std::string_view data = "{}");
  // Calls and waits for the answer: the whole message.
  boost::json::value call(std::string_view function_id, std::string_view data = "{}");
  // The answer to a call sent before.
  boost::json::value answer_to(std::string_view invocation_id);

  // Makes a channel; where its ends connect, up to the "read" or "write" that is to follow.
  std::string create_channel();

  // The next call of a function of this worker.
  boost::json::value next_call();
  void answer(const boost::json::value& call, std::string_view result_json);

  // Any message, in the order of arrival; must be a text.
  boost::json::value next_message();
  // How the connection ends, with whatever is still on its way skipped.
  Received ending();

 private:
  // The first message of which `is_wanted` is true; the others are kept.
  template <class Wanted>
  boost::json::value take(Wanted is_wanted);

  SocketClient socket_;
  std::string worker_id_;
  std::deque<boost::json::value> kept_;
  unsigned calls_ = 0;
};

// The code of a result's error, or nothing.
std::string error_code(const boost::json::value& result_message);

}  // namespace iii::test
