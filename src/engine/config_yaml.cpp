#include "engine/config_yaml.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "engine/config.hpp"
#include "engine/config_placeholder.hpp"
#include "engine/log_line.hpp"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

// The first byte that a configuration file cannot have. yaml-cpp would guess another encoding from
// some of them.
std::optional<OffsetMistake> unreadable_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = base::utf8_sequence_bytes(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (bytes == 0) {
      return OffsetMistake{.offset = at, .key = "", .message = "the file is not UTF-8 text"};
    }
    if (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') {
      return OffsetMistake{
          .offset = at, .key = "", .message = "control characters are not allowed"
      };
    }
    if (is_marker_character(text.substr(at, bytes))) {
      return OffsetMistake{
          .offset = at, .key = "", .message = "the characters U+E000 and U+E001 are not allowed"
      };
    }
    at += bytes;
  }
  return std::nullopt;
}

bool is_null_text(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// Collects the parser's events of one document into a tree.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(YamlTree& tree, const MaskedText& masked, const Environment& environment)
      : tree_(tree), masked_(masked), environment_(environment) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::null, mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      throw YAML::ParserException(mark, "the alias has no anchor");
    }
    attach(found->second);
  }

  void OnScalar(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      const std::string& value
  ) override {
    const std::size_t index = add(YamlNode::Kind::scalar, mark, anchor);
    YamlNode& node = tree_.nodes[index];
    // yaml-cpp reports "?" for a plain scalar and "!" for a quoted one.
    node.is_plain = tag == "?";
    check_tag(mark, tag);
    MaskedText::Expansion expansion = masked_.expand(value, environment_);
    expanded_bytes_ += expansion.text.size();
    if (expanded_bytes_ > base::limits::config_bytes_max) {
      throw YAML::ParserException(mark, "the values of the environment variables are too long");
    }
    for (const MaskedText::Missing& missing : expansion.missing) {
      // Keys may be long: no path for a mistake that nobody is told of.
      const bool is_told = tree_.mistakes.size() < base::limits::config_mistakes_max;
      report_missing(missing, is_told ? path_of(index) : std::string());
      node.kind = YamlNode::Kind::unknown;
    }
    if (node.kind == YamlNode::Kind::scalar && node.is_plain && is_null_text(expansion.text)) {
      node.kind = YamlNode::Kind::null;
    }
    node.text = std::move(expansion.text);
  }

  void OnSequenceStart(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      YAML::EmitterStyle::value /*style*/
  ) override {
    check_tag(mark, tag);
    open(YamlNode::Kind::list, mark, anchor);
  }
  void OnSequenceEnd() override { containers_.pop_back(); }

  void OnMapStart(
      const YAML::Mark& mark,
      const std::string& tag,
      YAML::anchor_t anchor,
      YAML::EmitterStyle::value /*style*/
  ) override {
    check_tag(mark, tag);
    open(YamlNode::Kind::mapping, mark, anchor);
  }
  void OnMapEnd() override { containers_.pop_back(); }

 private:
  struct Container {
    std::size_t node;
    std::optional<std::size_t> waiting_key;  // of a mapping whose value comes next
  };

  [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const {
    return masked_.original_offset(static_cast<std::size_t>(std::max(mark.pos, 0)));
  }

  // Of a node just attached, as ConfigSection writes it: "workers[0].config.port". Empty for a key.
  [[nodiscard]] std::string path_of(std::size_t node) const {
    std::string path;
    for (std::size_t level = 0; level < containers_.size(); ++level) {
      const YamlNode& parent = tree_.nodes[containers_[level].node];
      const std::size_t child = level + 1 < containers_.size() ? containers_[level + 1].node : node;
      if (parent.kind == YamlNode::Kind::list) {
        path += "[" + std::to_string(parent.items.size() - 1) + "]";
      } else if (parent.entries.empty() || parent.entries.back().second != child) {
        return {};
      } else {
        path += path.empty() ? "" : ".";
        append_printable(path, tree_.nodes[parent.entries.back().first].text);
      }
    }
    return path;
  }

  void report_missing(const MaskedText::Missing& missing, std::string path) {
    std::string message = "the environment variable ";
    append_printable(message, missing.name_view);
    message += " is not set; set it or write a default: ${";
    append_printable(message, missing.name_view);
    message += ":default}";
    tree_.mistakes.push_back(
        {.offset = missing.original_offset, .key = std::move(path), .message = std::move(message)}
    );
  }

  // yaml-cpp reports "?" for what has no tag, "!" for a quoted scalar, and sometimes nothing.
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!" && tag != "tag:yaml.org,2002:str") {
      tree_.mistakes.push_back({
          .offset = offset_of(mark),
          .key = "",
          .message = "YAML tags other than !!str are not supported",
      });
    }
  }

  std::size_t add(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    const std::size_t index = tree_.nodes.size();
    YamlNode& node = tree_.nodes.emplace_back();
    node.kind = kind;
    node.offset = offset_of(mark);
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = index;
    }
    attach(index);
    return index;
  }

  void attach(std::size_t index) {
    if (containers_.empty()) {
      return;
    }
    Container& container = containers_.back();
    YamlNode& parent = tree_.nodes[container.node];
    if (parent.kind == YamlNode::Kind::list) {
      parent.items.push_back(index);
    } else if (container.waiting_key) {
      parent.entries.emplace_back(*container.waiting_key, index);
      container.waiting_key.reset();
    } else {
      container.waiting_key = index;
    }
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (containers_.size() >= base::limits::config_depth_max) {
      throw YAML::ParserException(
          mark, "nested deeper than " + std::to_string(base::limits::config_depth_max) + " levels"
      );
    }
    const std::size_t index = add(kind, mark, anchor);
    containers_.push_back({.node = index, .waiting_key = std::nullopt});
  }

  YamlTree& tree_;
  const MaskedText& masked_;
  const Environment& environment_;
  std::vector<Container> containers_;
  std::unordered_map<YAML::anchor_t, std::size_t> anchors_;
  std::size_t expanded_bytes_ = 0;
};

bool is_indented_by_tab(const std::string& text, const YAML::Mark& mark) {
  const auto place = static_cast<std::size_t>(std::max(mark.pos - mark.column, 0));
  const std::size_t begin = text.find_first_not_of(' ', std::min(place, text.size()));
  return begin != std::string::npos && text[begin] == '\t';
}

void parse_document(const MaskedText& masked, const Environment& environment, YamlTree& tree) {
  const auto report = [&](const YAML::Mark& mark, std::string message) {
    const auto offset = static_cast<std::size_t>(std::max(mark.pos, 0));
    tree.mistakes.push_back(
        {.offset = masked.original_offset(offset), .key = "", .message = std::move(message)}
    );
  };
  try {
    std::istringstream input(masked.text());
    YAML::Parser parser(input);
    TreeBuilder builder(tree, masked, environment);
    parser.HandleNextDocument(builder);
    YamlTree second;
    TreeBuilder second_builder(second, masked, environment);
    if (parser.HandleNextDocument(second_builder)) {
      tree.mistakes.push_back({
          .offset = second.nodes.empty() ? 0 : second.nodes.front().offset,
          .key = "",
          .message = "only one YAML document is allowed in the file",
      });
    }
    tree.is_complete = true;
  } catch (const YAML::Exception& exception) {
    std::string message = "not valid YAML: ";
    append_printable(message, exception.msg);  // may quote a character
    if (is_indented_by_tab(masked.text(), exception.mark)) {
      message += "; indent by spaces, the line begins with a tab";
    }
    report(exception.mark, std::move(message));
  } catch (const std::exception& exception) {
    report(YAML::Mark(), std::string("not readable as YAML: ") + exception.what());
  }
}

ConfigMistake located(
    OffsetMistake mistake, std::string_view text, const std::vector<std::size_t>& line_begins
) {
  const std::size_t offset = std::min(mistake.offset, text.size());
  const auto next_line = std::ranges::upper_bound(line_begins, offset);
  const std::size_t begin = *(next_line - 1);
  const auto characters_before =
      std::ranges::count_if(text.substr(begin, offset - begin), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // no UTF-8 continuation byte
      });
  return {
      .line = static_cast<std::size_t>(next_line - line_begins.begin()),
      .column = static_cast<std::size_t>(characters_before) + 1,
      .key = std::move(mistake.key),
      .message = std::move(mistake.message),
  };
}

}  // namespace

YamlTree parse_yaml(std::string_view text, const Environment& environment) {
  text = without_byte_order_mark(text);
  YamlTree tree;
  if (auto mistake = unreadable_byte(text)) {
    tree.mistakes.push_back(std::move(*mistake));
  } else {
    const MaskedText masked(text);
    parse_document(masked, environment, tree);
  }
  if (tree.nodes.empty()) {
    tree.nodes.emplace_back();
  }
  return tree;
}

std::vector<ConfigMistake> locate(std::vector<OffsetMistake> mistakes, std::string_view text) {
  text = without_byte_order_mark(text);
  std::vector<std::size_t> line_begins = {0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at)) {
    line_begins.push_back(++at);
  }
  std::ranges::sort(mistakes, [](const OffsetMistake& left, const OffsetMistake& right) {
    return std::tie(left.offset, left.key, left.message) <
           std::tie(right.offset, right.key, right.message);
  });
  if (mistakes.size() > base::limits::config_mistakes_max) {
    const std::size_t more = mistakes.size() - base::limits::config_mistakes_max + 1;
    mistakes.resize(base::limits::config_mistakes_max);
    mistakes.back().key.clear();
    mistakes.back().message = std::to_string(more) + " more mistakes from here on";
  }
  std::vector<ConfigMistake> result;
  result.reserve(mistakes.size());
  for (OffsetMistake& mistake : mistakes) {
    result.push_back(located(std::move(mistake), text, line_begins));
  }
  return result;
}

}  // namespace iii::engine
