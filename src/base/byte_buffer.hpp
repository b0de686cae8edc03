// Bytes that are appended at the end and consumed from the front: a connection's outbox, or the
// rest of an incomplete frame. Holds no memory while empty after release(). Unlike std::string it
// neither zeroes what is about to be overwritten nor shrinks or grows behind the caller's back.
#pragma once

#include "base/assert.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace iii::base {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  // What was moved from is empty.
  ByteBuffer(ByteBuffer&& other) noexcept { swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    ByteBuffer(std::move(other)).swap(*this);
    return *this;
  }
  ~ByteBuffer() = default;

  void swap(ByteBuffer& other) noexcept {
    bytes_.swap(other.bytes_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get() + begin_, size()}; }
  [[nodiscard]] std::span<char> bytes() noexcept { return {bytes_.get() + begin_, size()}; }

  // Room for `count` more bytes; valid until the next call. Fill it, then commit() what was filled.
  [[nodiscard]] char* prepare(std::size_t count) {
    if (capacity_ - end_ < count) {
      make_room(count);
    }
    return bytes_.get() + end_;
  }
  void commit(std::size_t count) noexcept { end_ += count; }

  void append(std::string_view text) {
    if (!text.empty()) {
      std::memcpy(prepare(text.size()), text.data(), text.size());
      commit(text.size());
    }
  }

  void consume(std::size_t count) {
    III_ASSERT(count <= size(), "cannot consume more bytes than the buffer holds");
    begin_ += count;
    if (begin_ == end_) {
      begin_ = end_ = 0;
    }
  }

  void clear() noexcept { begin_ = end_ = 0; }

  // Gives the memory back; what the buffer held is gone.
  void release() noexcept {
    bytes_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void make_room(std::size_t count);

  std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace iii::base
