// Messages that wait for a connection, bounded by count and bytes (spec: sdk §25, §28 rows 4, 5). A
// message that carries a call knows its id, so that it is not sent when nobody waits any more. One
// thread.
#pragma once

#include "base/id.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace iii::sdk {

class OfflineMessages {
 public:
  struct Message {
    std::optional<base::InvocationId> call;
    std::string text;
  };

  OfflineMessages(std::size_t messages_max, std::size_t bytes_max)
      : messages_max_(messages_max), bytes_max_(bytes_max) {}

  [[nodiscard]] bool has_room(std::size_t bytes) const {
    return messages_.size() < messages_max_ && bytes <= bytes_max_ - bytes_;
  }
  // Whether it would have if no call waited.
  [[nodiscard]] bool has_room_without_calls(std::size_t bytes) const {
    std::size_t others = 0;
    std::size_t others_bytes = 0;
    for (const Message& message : messages_) {
      others += message.call ? 0U : 1U;
      others_bytes += message.call ? 0U : message.text.size();
    }
    return others < messages_max_ && bytes <= bytes_max_ - others_bytes;
  }

  // Precondition: has_room(message.text.size()).
  void push(Message message) {
    bytes_ += message.text.size();
    messages_.push_back(std::move(message));
  }

  // Precondition: !empty().
  [[nodiscard]] Message pop() {
    Message message = std::move(messages_.front());
    messages_.pop_front();
    bytes_ -= message.text.size();
    return message;
  }

  // The call that has waited longest; nullopt: none waits.
  [[nodiscard]] std::optional<base::InvocationId> oldest_call() const {
    for (const Message& message : messages_) {
      if (message.call) {
        return message.call;
      }
    }
    return std::nullopt;
  }

  // The call has ended; its message makes room for another. False: it was not waiting here.
  bool remove(const base::InvocationId& call) {
    return std::erase_if(messages_, [&](const Message& message) {
             const bool is_it = message.call == call;
             bytes_ -= is_it ? message.text.size() : 0;
             return is_it;
           }) > 0;
  }

  [[nodiscard]] bool empty() const { return messages_.empty(); }
  [[nodiscard]] std::size_t size() const { return messages_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void clear() {
    messages_.clear();
    bytes_ = 0;
  }

 private:
  std::size_t messages_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;  // never above bytes_max_
  std::deque<Message> messages_;
};

}  // namespace iii::sdk
