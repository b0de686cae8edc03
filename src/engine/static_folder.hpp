// A folder whose files the HTTP worker serves. Linux resolves names beneath it: neither dots nor
// symbolic links lead out (openat2, since Linux 5.6). One thread.
#pragma once

#include "net/descriptor.hpp"
#include "workers/http/static_files.hpp"

#include <iii/engine_error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace iii::engine {

struct OpenedFile {
  net::Descriptor descriptor;
  workers::http_worker::FileFacts facts;

  // Fills as much as there is; 0: the end, or it cannot be read.
  [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<char> into) const;
};

class StaticFolder {
 public:
  static EngineResult<StaticFolder> open(const std::string& path);

  // nullopt: there is no such regular file that may be read.
  [[nodiscard]] std::optional<OpenedFile> open_file(const std::string& name) const;

 private:
  explicit StaticFolder(net::Descriptor folder) : folder_(std::move(folder)) {}

  net::Descriptor folder_;
};

}  // namespace iii::engine
