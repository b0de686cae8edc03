#include "workers/http/static_files.hpp"

#include "base/limits.hpp"
#include "base/lower_ascii.hpp"
#include "base/time.hpp"
#include "base/trimmed.hpp"
#include "http/request.hpp"
#include "http/server_connection.hpp"
#include "workers/http/request_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::workers::http_worker {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> types = {{
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".xml", "application/xml"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".ttf", "font/ttf"},
    {".pdf", "application/pdf"},
    {".wasm", "application/wasm"},
    {".mp3", "audio/mpeg"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
}};

std::string entity_tag(const FileFacts& facts) {
  std::array<char, 40> text{};
  char* at = std::to_chars(text.data(), text.data() + 20, facts.modified_ns, 16).ptr;
  *at++ = '-';
  at = std::to_chars(at, text.data() + text.size(), facts.bytes, 16).ptr;
  return "\"" + std::string(text.data(), at) + "\"";
}

// RFC 9110 §8.8.3.2: weak comparison.
bool lists_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view each = base::trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (each == "*") {
      return true;
    }
    if (each.starts_with("W/")) {
      each.remove_prefix(2);
    }
    if (each == tag) {
      return true;
    }
  }
  return false;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return text.empty() || read.ec != std::errc() || read.ptr != end ? std::nullopt
                                                                   : std::optional(number);
}

struct Part {
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;  // 0: the range cannot be satisfied
};

// nullopt: not one range of bytes; the whole file is the answer then.
std::optional<Part> part_of(std::string_view range, std::uint64_t bytes) {
  constexpr std::string_view unit = "bytes=";
  if (!base::equals_without_case(range.substr(0, unit.size()), unit)) {
    return std::nullopt;
  }
  const std::string_view text = base::trimmed(range.substr(unit.size()));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto first = number_of(text.substr(0, dash));
  const auto last = number_of(text.substr(dash + 1));
  if (dash == 0) {
    return last ? std::optional(Part{bytes - std::min(*last, bytes), std::min(*last, bytes)})
                : std::nullopt;
  }
  const bool is_open = dash + 1 == text.size();
  if (!first || (!last && !is_open) || (last && *last < *first)) {
    return std::nullopt;
  }
  if (*first >= bytes) {
    return Part{};
  }
  const std::uint64_t end = is_open ? bytes : std::min(*last, bytes - 1) + 1;
  return Part{*first, end - *first};
}

}  // namespace

std::optional<std::string> file_name(std::string_view rest, std::string_view index) {
  while (rest.starts_with('/')) {
    rest.remove_prefix(1);
  }
  std::string name;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const auto segment = decode_percent(rest.substr(0, end));
    if (!segment || segment->empty() || segment->starts_with('.') ||
        segment->find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
      return std::nullopt;
    }
    name.append(*segment);
    rest.remove_prefix(end);
    if (rest.starts_with('/')) {
      rest.remove_prefix(1);
      name += '/';
    }
  }
  if (name.empty() || name.ends_with('/')) {
    name.append(index);
  }
  return name.size() > base::limits::http_file_name_bytes_max ? std::nullopt
                                                              : std::optional(std::move(name));
}

void read_conditions(const http::Request& request, FileRequest& into) {
  into.is_head = request.method == "HEAD";
  into.if_none_match = request.header("if-none-match").value_or("");
  into.if_modified_since = request.header("if-modified-since").value_or("");
  into.range = request.header("range").value_or("");
  into.if_range = request.header("if-range").value_or("");
}

FileAnswer answer_of_file(
    const FileRequest& request, const FileFacts& facts, std::chrono::seconds max_age
) {
  const std::string tag = entity_tag(facts);
  const std::string modified =
      http::http_date(base::WallTime(std::chrono::nanoseconds(facts.modified_ns)));
  FileAnswer answer;
  answer.bytes = facts.bytes;
  answer.lines = "etag: " + tag + "\r\nlast-modified: " + modified + "\r\ncache-control: ";
  answer.lines.append(
      max_age.count() == 0 ? "no-cache" : "max-age=" + std::to_string(max_age.count())
  );
  answer.lines.append("\r\n");
  // RFC 9110 §13.2.2. Browsers send back the date as they got it.
  const bool is_known = request.if_none_match.empty() ? request.if_modified_since == modified
                                                      : lists_tag(request.if_none_match, tag);
  if (is_known) {
    answer.status = 304;
    return answer;
  }
  answer.lines.append("accept-ranges: bytes\r\nx-content-type-options: nosniff\r\n");
  const bool is_same =
      request.if_range.empty() || request.if_range == tag || request.if_range == modified;
  const auto part =
      request.range.empty() || !is_same ? std::nullopt : part_of(request.range, facts.bytes);
  const std::string of_all = "/" + std::to_string(facts.bytes) + "\r\n";
  if (part && part->bytes == 0) {
    answer.status = 416;
    answer.bytes = 0;
    answer.lines.append("content-range: bytes *").append(of_all);
    return answer;
  }
  if (part) {
    answer.status = 206;
    answer.offset = part->first;
    answer.bytes = part->bytes;
    answer.lines.append("content-range: bytes ").append(std::to_string(part->first)).append("-");
    answer.lines.append(std::to_string(part->first + part->bytes - 1)).append(of_all);
  }
  answer.lines.append("content-type: ").append(content_type_of(request.name)).append("\r\n");
  return answer;
}

std::string_view content_type_of(std::string_view name) {
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  const auto found = std::ranges::find_if(types, [&](const auto& type) {
    return base::equals_without_case(type.first, name.substr(dot));
  });
  return found == types.end() ? "application/octet-stream" : found->second;
}

}  // namespace iii::workers::http_worker
