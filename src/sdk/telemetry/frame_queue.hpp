// Frames that wait for the socket, oldest first, bounded by number and bytes. What does not fit is
// let go and counted by kind. The front stays where it is while others are added, so that it can be
// written from here.
#pragma once

#include "sdk/telemetry/otlp.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace iii::telemetry {

class FrameQueue {
 public:
  FrameQueue(std::size_t frames_max, std::size_t bytes_max)
      : frames_max_(frames_max), bytes_max_(bytes_max) {}

  void push(Frame&& frame);
  // Precondition: not empty.
  void pop_written();
  // Lets go of the newest frames until `frames_max` are left, and takes no more than these.
  void limit_to(std::size_t frames_max);
  // Lets go of everything, but leaves the memory of the front: it may be under way.
  void abandon();
  void count_dropped(FrameKind kind, std::size_t records) noexcept;

  [[nodiscard]] bool is_empty() const noexcept { return frames_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return frames_.size(); }
  // Precondition: not empty. Lives until the frame is popped or dropped.
  [[nodiscard]] std::string_view front() const noexcept { return frames_.front().frame.bytes; }

  // Frames are numbered from 1 in the order of push().
  [[nodiscard]] std::uint64_t last_number() const noexcept { return numbers_; }
  [[nodiscard]] bool is_gone(std::uint64_t number) const noexcept {
    return frames_.empty() || frames_.front().number > number;
  }

  [[nodiscard]] std::uint64_t written_frames() const noexcept { return written_; }
  [[nodiscard]] std::uint64_t dropped_frames() const noexcept { return dropped_frames_; }
  [[nodiscard]] std::uint64_t dropped_records(FrameKind kind) const noexcept {
    return dropped_records_[static_cast<std::size_t>(kind)];
  }

 private:
  struct Numbered {
    std::uint64_t number;
    Frame frame;
  };

  std::size_t frames_max_;
  std::size_t bytes_max_;
  std::deque<Numbered> frames_;
  std::size_t bytes_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t dropped_frames_ = 0;
  std::array<std::uint64_t, 3> dropped_records_ = {};
};

}  // namespace iii::telemetry
