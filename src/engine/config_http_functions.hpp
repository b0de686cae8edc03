// The keys of `iii-http-functions` (spec: engine-core §13.4).
#pragma once

#include "engine/config.hpp"
#include "engine/config_section.hpp"
#include "engine/config_yaml.hpp"

namespace iii::engine {

// Takes all keys of the section; mistakes go to the tree.
[[nodiscard]] HttpFunctionsConfig read_http_functions_config(
    YamlTree& tree, ConfigSection& section
);

}  // namespace iii::engine
