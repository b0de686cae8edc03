#include "engine/static_folder.hpp"

#include "net/descriptor.hpp"

#include <iii/engine_error.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace iii::engine {

std::size_t OpenedFile::read(std::uint64_t offset, std::span<char> into) const {
  const ssize_t bytes =
      ::pread(descriptor.get(), into.data(), into.size(), static_cast<off_t>(offset));
  return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
}

EngineResult<StaticFolder> StaticFolder::open(const std::string& path) {
  net::Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) {
    return EngineError{
        EngineErrorCode::invalid_config,
        "the folder '" + path +
            "' of static files cannot be opened: " + std::generic_category().message(errno)
    };
  }
  return StaticFolder(std::move(folder));
}

std::optional<OpenedFile> StaticFolder::open_file(const std::string& name) const {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;  // a pipe must not stop the loop
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  OpenedFile file;
  file.descriptor = net::Descriptor(
      static_cast<int>(::syscall(SYS_openat2, folder_.get(), name.c_str(), &how, sizeof how))
  );
  struct stat facts{};
  if (!file.descriptor.is_open() || ::fstat(file.descriptor.get(), &facts) != 0 ||
      !S_ISREG(facts.st_mode)) {
    return std::nullopt;
  }
  constexpr std::int64_t second = 1'000'000'000;
  file.facts.bytes = static_cast<std::uint64_t>(facts.st_size);
  file.facts.modified_ns = facts.st_mtim.tv_sec * second + facts.st_mtim.tv_nsec;
  return file;
}

}  // namespace iii::engine
