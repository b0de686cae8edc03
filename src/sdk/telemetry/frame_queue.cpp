#include "sdk/telemetry/frame_queue.hpp"

#include "sdk/telemetry/otlp.hpp"

#include <cstddef>
#include <utility>

namespace iii::telemetry {

void FrameQueue::push(Frame&& frame) {
  if (frames_.size() >= frames_max_ || bytes_ + frame.bytes.size() > bytes_max_) {
    ++dropped_frames_;
    count_dropped(frame.kind, frame.records);
    return;
  }
  bytes_ += frame.bytes.size();
  frames_.push_back({++numbers_, std::move(frame)});
}

void FrameQueue::pop_written() {
  bytes_ -= frames_.front().frame.bytes.size();
  frames_.pop_front();
  ++written_;
}

void FrameQueue::limit_to(std::size_t frames_max) {
  frames_max_ = frames_max;
  while (frames_.size() > frames_max_) {
    const Frame& newest = frames_.back().frame;
    bytes_ -= newest.bytes.size();
    ++dropped_frames_;
    count_dropped(newest.kind, newest.records);
    frames_.pop_back();
  }
}

void FrameQueue::abandon() {
  limit_to(1);
  if (!frames_.empty()) {
    ++dropped_frames_;
    count_dropped(frames_.front().frame.kind, frames_.front().frame.records);
  }
  frames_max_ = 0;
}

void FrameQueue::count_dropped(FrameKind kind, std::size_t records) noexcept {
  dropped_records_[static_cast<std::size_t>(kind)] += records;
}

}  // namespace iii::telemetry
