// A file on its way to a client of the HTTP worker, a piece at a time. One thread.
#pragma once

#include "base/byte_buffer.hpp"
#include "base/time.hpp"
#include "engine/static_folder.hpp"
#include "http/server_connection.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace iii::engine {

class FileAnswer {
 public:
  // Found for the request, and perhaps sent later. nullopt: there is none, or no longer.
  void set_file(std::optional<OpenedFile> file) { file_ = std::move(file); }
  // The response has begun; these bytes of the file follow it.
  void start(std::uint64_t offset, std::uint64_t bytes);
  [[nodiscard]] bool is_sending() const { return is_sending_; }
  // Writes as much as its client takes for the moment, and ends the response after the last byte; a
  // file that has become shorter breaks it. To be called again when what was written has left.
  void send(http::ServerConnection& connection, base::ByteBuffer& outbox, base::MonotonicTime now);

 private:
  std::optional<OpenedFile> file_;
  bool is_sending_ = false;
  std::uint64_t offset_ = 0;
  std::uint64_t bytes_left_ = 0;
};

}  // namespace iii::engine
