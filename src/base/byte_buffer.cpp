#include "base/byte_buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <utility>

namespace iii::base {

void ByteBuffer::make_room(std::size_t count) {
  constexpr std::size_t capacity_min = 512;
  const std::size_t held = size();
  // Moving is cheaper than growing as long as at most half of the memory is in use.
  if (held + count <= capacity_ && held <= capacity_ / 2) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, held);
  } else {
    const std::size_t capacity = std::max({capacity_min, held + count, capacity_ + capacity_ / 2});
    auto grown = std::make_unique_for_overwrite<char[]>(capacity);
    if (held != 0) {
      std::memcpy(grown.get(), bytes_.get() + begin_, held);
    }
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }
  begin_ = 0;
  end_ = held;
}

}  // namespace iii::base
