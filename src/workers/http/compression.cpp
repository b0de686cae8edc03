#include "workers/http/compression.hpp"

#include "base/assert.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"

#include <zconf.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace iii::workers::http_worker {

namespace {

// Of a `;q=0.5`; what is no number counts as 0.
double quality_of(std::string_view parameters) {
  const std::size_t at = parameters.find("q=");
  if (at == std::string_view::npos) {
    return 1;
  }
  const std::string_view text = base::trimmed(parameters.substr(at + 2));
  double quality = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), quality);
  return read.ec == std::errc() && quality >= 0 && quality <= 1 ? quality : 0;
}

// Of the header's line; empty: there is none.
std::string_view value_in(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(": ")) {
      return line.substr(name.size() + 2);
    }
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
  return {};
}

bool is_text_type(std::string_view content_type) {
  std::string type(base::trimmed(content_type.substr(0, content_type.find(';'))));
  std::ranges::transform(type, type.begin(), base::lower_ascii);
  constexpr std::array<std::string_view, 5> others = {
      "application/javascript",
      "application/json",
      "application/wasm",
      "application/x-ndjson",
      "application/xml"
  };
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
         std::ranges::find(others, type) != others.end();
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  double gzip = -1;
  double any = -1;
  double identity = -1;
  while (!accept_encoding.empty()) {
    const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
    const std::string_view each = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    const std::size_t parameters = std::min(each.find(';'), each.size());
    const std::string_view name = base::trimmed(each.substr(0, parameters));
    const double quality = quality_of(each.substr(parameters));
    if (base::equals_without_case(name, "gzip") || base::equals_without_case(name, "x-gzip")) {
      gzip = quality;
    } else if (name == "*") {
      any = quality;
    } else if (base::equals_without_case(name, "identity")) {
      identity = quality;
    }
  }
  const double quality = gzip >= 0 ? gzip : any;
  return quality > 0 && quality >= identity;
}

bool may_be_compressed(unsigned status, std::string_view lines) {
  const bool has_body = status >= 200 && status != 204 && status != 206 && status != 304;
  return has_body && value_in(lines, "content-encoding").empty() &&
         value_in(lines, "content-range").empty() &&
         value_in(lines, "cache-control").find("no-transform") == std::string_view::npos &&
         is_text_type(value_in(lines, "content-type"));
}

void mark_compressed(std::string& lines) {
  constexpr std::string_view strong = "etag: \"";
  const std::size_t at = lines.starts_with(strong) ? 0 : lines.find("\r\netag: \"");
  if (at != std::string::npos) {
    lines.insert(lines.find('"', at), "W/");
  }
  lines.append("content-encoding: gzip\r\n");
}

struct Gzip::Stream {
  z_stream zlib{};
};

Gzip::Gzip() : stream_(std::make_unique<Stream>()) {
  // Little memory and time a byte: it is done while everything else waits.
  constexpr int level = 4;
  constexpr int window_bits = 15 + 16;  // with gzip's head
  constexpr int memory_level = 8;
  const int result = deflateInit2(
      &stream_->zlib, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY
  );
  III_ASSERT(result == Z_OK, "zlib takes its settings, and there is memory");
}

Gzip::~Gzip() {
  (void)deflateEnd(&stream_->zlib);
}

std::string Gzip::flush(std::string_view piece) {
  return run(piece, Z_SYNC_FLUSH);
}

std::string Gzip::finish(std::string_view piece) {
  return run(piece, Z_FINISH);
}

std::string Gzip::run(std::string_view piece, int mode) {
  z_stream& zlib = stream_->zlib;
  // zlib only reads it, whatever its type says.
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
  zlib.avail_in = static_cast<uInt>(piece.size());
  std::string out;
  constexpr std::size_t room = 16384;
  do {
    const std::size_t size = out.size();
    out.resize(size + room);
    zlib.next_out = reinterpret_cast<Bytef*>(out.data() + size);
    zlib.avail_out = room;
    (void)deflate(&zlib, mode);
    out.resize(size + room - zlib.avail_out);
  } while (zlib.avail_out == 0);
  return out;
}

}  // namespace iii::workers::http_worker
