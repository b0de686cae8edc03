#include "json/scan.hpp"

#include "base/limits.hpp"
#include "json/lexer.hpp"

#include <cstddef>
#include <optional>
#include <ostream>
#include <string_view>

namespace iii::json {
namespace {

using Reason = ScanError::Reason;

Kind kind_of(char first) {
  switch (first) {
    case '"':
      return Kind::string;
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return Kind::number;
  }
}

// Recursive descent: the return address remembers what encloses a value better than a stack of our
// own, and the depth limit bounds the recursion. Positions as in Lexer. `depth` is that of an array
// or object that begins there; the outermost is at 1.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view watched_key)
      : lexer_(text), watched_key_(watched_key) {}

  std::optional<ScanError> scan_whole_object(MemberSink& sink) {
    const Position first = lexer_.after_space(lexer_.begin());
    if (!lexer_.is_end(first) && *first != '{') {
      lexer_.refuse(Reason::not_an_object, first);
      return lexer_.error();
    }
    return finish(
        lexer_.is_end(first) ? lexer_.refuse_unexpected(first) : outermost_object(first, sink)
    );
  }

  std::optional<ScanError> scan_whole_value() {
    return finish(value(lexer_.after_space(lexer_.begin()), 1));
  }

 private:
  std::optional<ScanError> finish(Position end) {
    if (end != nullptr) {
      end = lexer_.after_space(end);
      if (!lexer_.is_end(end)) {
        lexer_.refuse(Reason::trailing_characters, end);
      }
    }
    return lexer_.error();
  }

  Position outermost_object(Position open, MemberSink& sink) {
    return members(open, 1, [&sink, this](const Key& key, Position first) {
      Value found;
      const Position end = member_value(first, found);
      if (end != nullptr) {
        sink.on_member(key_value(key), found);
      }
      return end;
    });
  }

  // The value of a member of the outermost object; `found` tells what has been learnt about it.
  Position member_value(Position first, Value& found) {
    Position end = nullptr;
    if (lexer_.is_at(first, '"')) {
      const Lexer::String string = lexer_.string(first);
      found.has_escapes = string.has_escapes;
      end = string.end;
    } else if (lexer_.is_at(first, '{')) {
      end = watched_object(first, found.has_watched_key);
    } else {
      end = value(first, 2);
    }
    if (end != nullptr) {
      found.text = Lexer::slice(first, end);
      found.kind = kind_of(*first);
    }
    return end;
  }

  Position watched_object(Position open, bool& has_watched_key) {
    return members(open, 2, [&has_watched_key, this](const Key& key, Position first) {
      has_watched_key = has_watched_key || spells(key_value(key), watched_key_);
      return value(first, 3);
    });
  }

  Position object(Position open, std::size_t depth) {
    return members(open, depth, [depth, this](const Key&, Position first) {
      return value(first, depth + 1);
    });
  }

  struct Key {
    Position first;
    Lexer::String string;
  };

  static Value key_value(const Key& key) {
    return {
        .text = Lexer::slice(key.first, key.string.end),
        .kind = Kind::string,
        .has_escapes = key.string.has_escapes,
    };
  }

  // `on_member(key, first)` scans the value that begins at `first`.
  template <class OnMember>
  Position members(Position open, std::size_t depth, const OnMember& on_member) {
    if (depth > base::limits::json_depth_max) {
      return lexer_.refuse(Reason::too_deep, open);
    }
    Position at = lexer_.after_space(open + 1);
    if (lexer_.is_at(at, '}')) {
      return at + 1;
    }
    for (;;) {
      if (!lexer_.is_at(at, '"')) {
        return lexer_.refuse_unexpected(at);
      }
      const Key key = {.first = at, .string = lexer_.string(at)};
      if (key.string.end == nullptr) {
        return nullptr;
      }
      at = lexer_.after_space(key.string.end);
      if (!lexer_.is_at(at, ':')) {
        return lexer_.refuse_unexpected(at);
      }
      at = on_member(key, lexer_.after_space(at + 1));
      if (at == nullptr) {
        return nullptr;
      }
      at = lexer_.after_space(at);
      if (!lexer_.is_at(at, ',')) {
        return lexer_.is_at(at, '}') ? at + 1 : lexer_.refuse_unexpected(at);
      }
      at = lexer_.after_space(at + 1);
    }
  }

  Position array(Position open, std::size_t depth) {
    if (depth > base::limits::json_depth_max) {
      return lexer_.refuse(Reason::too_deep, open);
    }
    Position at = lexer_.after_space(open + 1);
    if (lexer_.is_at(at, ']')) {
      return at + 1;
    }
    for (;;) {
      at = value(at, depth + 1);
      if (at == nullptr) {
        return nullptr;
      }
      at = lexer_.after_space(at);
      if (!lexer_.is_at(at, ',')) {
        return lexer_.is_at(at, ']') ? at + 1 : lexer_.refuse_unexpected(at);
      }
      at = lexer_.after_space(at + 1);
    }
  }

  Position value(Position first, std::size_t depth) {
    if (lexer_.is_end(first)) {
      return lexer_.refuse_unexpected(first);
    }
    switch (*first) {
      case '"':
        return lexer_.string(first).end;
      case '{':
        return object(first, depth);
      case '[':
        return array(first, depth);
      case 't':
        return lexer_.literal(first, "true");
      case 'f':
        return lexer_.literal(first, "false");
      case 'n':
        return lexer_.literal(first, "null");
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return lexer_.number(first);
      default:
        return lexer_.refuse_unexpected(first);
    }
  }

  Lexer lexer_;
  std::string_view watched_key_;
};

}  // namespace

std::optional<ScanError> scan_object(
    std::string_view text, std::string_view watched_key, MemberSink& sink
) {
  return Scanner(text, watched_key).scan_whole_object(sink);
}

std::optional<ScanError> validate(std::string_view text) {
  return Scanner(text, {}).scan_whole_value();
}

std::string_view to_string(ScanError::Reason reason) noexcept {
  switch (reason) {
    case Reason::not_an_object:
      return "not an object";
    case Reason::unexpected_end:
      return "unexpected end";
    case Reason::unexpected_character:
      return "unexpected character";
    case Reason::invalid_escape:
      return "invalid escape";
    case Reason::lone_surrogate:
      return "lone surrogate";
    case Reason::control_character:
      return "control character";
    case Reason::invalid_number:
      return "invalid number";
    case Reason::number_out_of_range:
      return "number out of range";
    case Reason::too_deep:
      return "too deep";
    case Reason::trailing_characters:
      return "trailing characters";
  }
  return "unknown";
}

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::array:
      return "array";
    case Kind::object:
      return "object";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const ScanError& error) {
  return out << to_string(error.reason) << " at " << error.offset;
}

std::ostream& operator<<(std::ostream& out, Kind kind) {
  return out << to_string(kind);
}

}  // namespace iii::json
