// gzip for answers: whether a client takes it, whether it pays, and the bytes (RFC 1952, by zlib).
// Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

// Whether gzip is the best that an Accept-Encoding header allows (RFC 9110 §12.5.3).
[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

// What the headers of an answer say about it: "name: value\r\n" for each, names in lower case.
// Types that are text; nothing that is encoded, is a part, or must not be changed.
[[nodiscard]] bool may_be_compressed(unsigned status, std::string_view lines);
// With Content-Encoding; an ETag says from now on that the bytes may differ.
void mark_compressed(std::string& lines);

class Gzip {
 public:
  Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip();

  // Whoever reads what has been returned so far has all of the pieces given.
  [[nodiscard]] std::string flush(std::string_view piece);
  // The last one.
  [[nodiscard]] std::string finish(std::string_view piece);

 private:
  std::string run(std::string_view piece, int mode);

  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace iii::workers::http_worker
