// One WebSocket connection to the engine. Construct it (connects and upgrades, blocking), then
// receive() whenever the socket is readable and flush() after writing. It answers pings and gives
// every text message to its owner. A failing system call ends the program. One thread.
#pragma once

#include "iiiload/options.hpp"
#include "wire/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace iii::bench {

class Connection;

class MessageOwner {
 public:
  MessageOwner() = default;
  MessageOwner(const MessageOwner&) = delete;
  MessageOwner& operator=(const MessageOwner&) = delete;
  virtual ~MessageOwner() = default;

  virtual void on_message(Connection& connection, std::string_view message) = 0;
  // The engine has closed the connection. Unless overridden: nobody has asked it to, so the program
  // ends with status 3.
  virtual void on_ended();
};

class Connection {
 public:
  // The poller's events carry the address of the connection.
  Connection(Poller& poller, const Options& options, MessageOwner& owner);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void write_text(std::string_view message);
  void write_close();
  void flush();
  void receive();
  // The connection will end with a reset instead of a farewell.
  void reset_on_close() { bench::reset_on_close(socket_); }

  std::string function;  // that this caller invokes
  int outstanding = 0;   // its calls that wait for an answer

 private:
  void upgrade(const Options& options);
  void read_socket();
  void watch_for_room(bool wanted);
  void take_messages();

  Poller& poller_;
  MessageOwner& owner_;
  Descriptor socket_;
  bool is_watching_for_room_ = false;
  bool has_ended_ = false;
  std::string inbox_;
  std::size_t taken_ = 0;
  std::string outbox_;
  std::size_t sent_ = 0;
};

}  // namespace iii::bench
