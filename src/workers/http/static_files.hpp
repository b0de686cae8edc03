// What a request for a file is answered with (RFC 9110 §13, §14): the name of the file, and, once
// the driver has looked at it, status, headers and the part that is sent. Pure: the file itself is
// the driver's.
#pragma once

#include "http/request.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::http_worker {

// A folder behind a path; the driver knows the folder by its place in the list.
struct StaticOptions {
  std::string path;  // "/assets"; "/" for all
  std::string index = "index.html";
  std::chrono::seconds max_age{0};
};

// The file that is meant by what follows the route's path, as sent; nullopt: none can be. Never
// leads out of the folder by its text, and to no file whose name begins with a dot.
[[nodiscard]] std::optional<std::string> file_name(std::string_view rest, std::string_view index);

struct FileFacts {
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970
};

// What the client said about it.
struct FileRequest {
  std::size_t folder = 0;
  std::string name;
  bool is_head = false;
  std::string if_none_match;
  std::string if_modified_since;
  std::string range;
  std::string if_range;
};
// The headers that count.
void read_conditions(const http::Request& request, FileRequest& into);

struct FileAnswer {
  unsigned status = 200;
  std::string lines;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // of the file, from the offset on: what the response would hold
};
[[nodiscard]] FileAnswer answer_of_file(
    const FileRequest& request, const FileFacts& facts, std::chrono::seconds max_age
);

// By the name's end; "application/octet-stream" for others.
[[nodiscard]] std::string_view content_type_of(std::string_view name);

}  // namespace iii::workers::http_worker
