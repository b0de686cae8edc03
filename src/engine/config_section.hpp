// One mapping of a configuration file with a fixed set of keys.
//
// Take the keys one by one, then call finish(), which reports every key that nobody took. A key
// that is absent leaves its target as it was; a key with a wrong value leaves it too and adds a
// mistake. Short-lived; borrows the tree.
#pragma once

#include "engine/config_yaml.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::engine {

struct NumberRange {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

constexpr NumberRange milliseconds(std::uint64_t min, std::chrono::milliseconds max) {
  return {.min = min, .max = static_cast<std::uint64_t>(max.count())};
}

class ConfigSection {
 public:
  // `node` is a mapping, null or nullptr for "no keys"; anything else is reported here. `path` is
  // empty for the top level. `owner_offset` is where mistakes of a section without text are shown.
  ConfigSection(
      YamlTree& tree, const YamlNode* node, std::string path, std::size_t owner_offset = 0
  );

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

  // The node of a key that may be anything; nullptr when the key is absent or its value could not
  // be expanded.
  const YamlNode* take(std::string_view key);

  // True when the target was set.
  bool take_text(std::string_view key, std::string& target);
  bool take_flag(std::string_view key, bool& target);
  // A list; an empty one, or none, leaves the target as it was.
  void take_texts(std::string_view key, std::vector<std::string>& target);
  bool take_number(std::string_view key, NumberRange range, std::uint64_t& target);
  bool take_size(std::string_view key, NumberRange range, std::size_t& target);
  bool take_milliseconds(
      std::string_view key, NumberRange range, std::chrono::milliseconds& target
  );

  // Keys that are checked and have no effect.
  void ignore_flag(std::string_view key);
  void ignore_text(std::string_view key);
  void ignore_number(std::string_view key);

  // Keys of the reference system that this version cannot serve. A null value asks for nothing and
  // is accepted.
  void refuse(std::initializer_list<std::string_view> keys);

  // `advice`: what a message about an unknown key says besides the names of the known ones.
  void finish(std::string_view advice = {});

  [[nodiscard]] std::string path_of(std::string_view key) const;
  // Where to point when `key` is wrong: its value, or the key when there is no value, or the
  // section.
  [[nodiscard]] std::size_t offset_of(std::string_view key) const;
  void report(std::string_view key, std::string message);

 private:
  struct Key {
    std::string_view name;  // into the tree
    std::size_t name_node;
    std::size_t value_node;
    bool is_taken = false;
  };
  [[nodiscard]] const Key* find(std::string_view key) const;
  void add_key(std::size_t name_node, std::size_t value_node);
  const YamlNode* value_of(std::string_view key);
  [[nodiscard]] std::string advice_for(std::string_view key, std::string_view more) const;

  YamlTree& tree_;
  std::size_t offset_;
  std::string path_;
  std::vector<Key> keys_;
  std::vector<std::string_view> known_keys_;
  std::vector<std::string_view> refused_keys_;
};

// `text` in single quotes, shortened and without control characters: for messages.
[[nodiscard]] std::string in_quotes(std::string_view text);
// What a person would call the node: "a list", "the number 5", "the text 'abc'".
[[nodiscard]] std::string description_of(const YamlNode& node);
// Unquoted texts that YAML reads as something else than text.
[[nodiscard]] bool is_text(const YamlNode& node);
// `true` and `false`, in three spellings.
[[nodiscard]] bool is_flag(const YamlNode& node);
[[nodiscard]] bool is_true(const YamlNode& node);

}  // namespace iii::engine
