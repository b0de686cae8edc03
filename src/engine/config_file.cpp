#include "base/limits.hpp"
#include "engine/config.hpp"

#include <iii/engine_error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

namespace iii::engine {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const noexcept {
    std::fclose(file);
  }  // NOLINT(cert-err33-c): read only
};
using File = std::unique_ptr<std::FILE, FileCloser>;

EngineError system_refusal(const std::string& file_name, int code) {
  EngineErrorCode kind = EngineErrorCode::io_error;
  if (code == ENOENT) {
    kind = EngineErrorCode::not_found;
  } else if (code == EACCES || code == EPERM) {
    kind = EngineErrorCode::permission_denied;
  }
  return {
      .code = kind,
      .message = "cannot read the configuration file " + file_name + ": " +
                 std::generic_category().message(code),
  };
}

// The whole file, or one byte more than is allowed when it is longer: a device may never end.
EngineResult<std::string> read_file(const std::string& file_name) {
  const File file(std::fopen(file_name.c_str(), "rbe"));
  if (file == nullptr) {
    return system_refusal(file_name, errno);
  }
  std::string text(base::limits::config_bytes_max + 1, '\0');
  const std::size_t bytes = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) {
    return system_refusal(file_name, errno);
  }
  text.resize(bytes);
  return text;
}

}  // namespace

EngineResult<EngineConfig> load_config(
    const std::string& file_name, const Environment& environment
) {
  const auto text = read_file(file_name);
  if (!text) {
    return text.error();
  }
  if (text->size() > base::limits::config_bytes_max) {
    return EngineError{
        .code = EngineErrorCode::limit_exceeded,
        .message = "the configuration file " + file_name + " has more than " +
                   std::to_string(base::limits::config_bytes_max) + " bytes",
    };
  }
  return parse_config(*text, file_name, environment);
}

}  // namespace iii::engine
