// A YAML text as a tree of nodes with positions, placeholders expanded. Knows nothing of keys and
// workers.
//
// The parser's exceptions end here: whatever is wrong with the text becomes a ConfigMistake.
// Aliases share the node of their anchor, so a small file cannot grow into a large tree; a tree may
// therefore contain itself, and readers must only walk as deep as they know the keys.
#pragma once

#include "engine/config.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::engine {

// A ConfigMistake whose place has not been translated yet: that costs a walk over its line, so it
// is done for those that are shown and not for the hundred thousand that a broken file may have.
struct OffsetMistake {
  std::size_t offset = 0;
  std::string key;
  std::string message;
};

struct YamlNode {
  enum class Kind {
    null,
    scalar,
    list,
    mapping,
    unknown,  // holds a placeholder that was reported as a mistake: fits wherever it stands
  };
  Kind kind = Kind::null;
  std::size_t offset = 0;                                    // in the text the user wrote
  std::string text;                                          // of a scalar
  bool is_plain = true;                                      // a scalar without quotes
  std::vector<std::size_t> items;                            // of a list
  std::vector<std::pair<std::size_t, std::size_t>> entries;  // of a mapping: key and value
};

struct YamlTree {
  std::vector<YamlNode> nodes;          // the root first; never empty
  std::vector<OffsetMistake> mistakes;  // in no order
  bool is_complete = false;             // false: the text is no YAML, the nodes say nothing
};

[[nodiscard]] YamlTree parse_yaml(std::string_view text, const Environment& environment);

// The mistakes in the order of the text, at most base::limits::config_mistakes_max of them, with
// lines and columns.
[[nodiscard]] std::vector<ConfigMistake> locate(
    std::vector<OffsetMistake> mistakes, std::string_view text
);

}  // namespace iii::engine
