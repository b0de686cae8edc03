// The keys of `iii-http` (spec: http §2).
#pragma once

#include "engine/config.hpp"
#include "engine/config_section.hpp"
#include "engine/config_yaml.hpp"

namespace iii::engine {

// Takes all keys of the section; mistakes go to the tree.
[[nodiscard]] HttpConfig read_http_config(YamlTree& tree, ConfigSection& section);

}  // namespace iii::engine
