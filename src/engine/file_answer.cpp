#include "engine/file_answer.hpp"

#include "base/byte_buffer.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "http/server_connection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace iii::engine {

namespace limits = base::limits;

void FileAnswer::start(std::uint64_t offset, std::uint64_t bytes) {
  is_sending_ = true;
  offset_ = offset;
  bytes_left_ = bytes;
}

void FileAnswer::send(
    http::ServerConnection& connection, base::ByteBuffer& outbox, base::MonotonicTime now
) {
  std::array<char, limits::http_file_piece_bytes> piece;
  while (bytes_left_ != 0 && outbox.size() < limits::http_file_ahead_bytes) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes_left_, piece.size()));
    const std::size_t bytes = file_ ? file_->read(offset_, std::span(piece.data(), wanted)) : 0;
    if (bytes == 0) {
      connection.break_response();
      is_sending_ = false;
      return;
    }
    connection.send_piece({piece.data(), bytes}, outbox);
    offset_ += bytes;
    bytes_left_ -= bytes;
  }
  if (bytes_left_ == 0) {
    is_sending_ = false;
    file_.reset();
    connection.end_response(now, outbox);
  }
}

}  // namespace iii::engine
