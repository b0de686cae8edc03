// The version of this engine, as `iiid --version` prints it.
#pragma once

#include <string_view>

namespace iii::engine {

[[nodiscard]] std::string_view engine_version() noexcept;

}  // namespace iii::engine
