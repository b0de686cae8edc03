// The grammar of cron expressions (spec: cron §4).
#include "base/limits.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"
#include "workers/cron/expression.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::cron {

namespace {

using Name = std::pair<std::string_view, unsigned>;

constexpr std::array<Name, 23> month_names = {{
    {"jan", 1},       {"january", 1},   {"feb", 2},       {"february", 2}, {"mar", 3},
    {"march", 3},     {"apr", 4},       {"april", 4},     {"may", 5},      {"jun", 6},
    {"june", 6},      {"jul", 7},       {"july", 7},      {"aug", 8},      {"august", 8},
    {"sep", 9},       {"september", 9}, {"oct", 10},      {"october", 10}, {"nov", 11},
    {"november", 11}, {"dec", 12},      {"december", 12},
}};

constexpr std::array<Name, 16> weekday_names = {{
    {"sun", 1},
    {"sunday", 1},
    {"mon", 2},
    {"monday", 2},
    {"tue", 3},
    {"tues", 3},
    {"tuesday", 3},
    {"wed", 4},
    {"wednesday", 4},
    {"thu", 5},
    {"thurs", 5},
    {"thursday", 5},
    {"fri", 6},
    {"friday", 6},
    {"sat", 7},
    {"saturday", 7},
}};

struct Field {
  std::string_view name;
  unsigned min;
  unsigned max;
  std::span<const Name> names;
  bool is_day;  // `?` stands for all
};

constexpr std::array<Field, 7> fields = {{
    {"second", 0, 59, {}, false},
    {"minute", 0, 59, {}, false},
    {"hour", 0, 23, {}, false},
    {"day of month", 1, 31, {}, true},
    {"month", 1, 12, month_names, false},
    {"day of week", 1, 7, weekday_names, true},
    {"year", Expression::first_year, Expression::last_year, {}, false},
}};
constexpr std::size_t fields_min = 6;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> shorthands = {{
    {"@yearly", "0 0 0 1 1 *"},
    {"@monthly", "0 0 0 1 * *"},
    {"@weekly", "0 0 0 * * 1"},
    {"@daily", "0 0 0 * * *"},
    {"@hourly", "0 0 * * * *"},
}};

using Values = std::bitset<Expression::last_year + 1>;

constexpr std::string_view blank = " \t\r\n";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t words_in(std::string_view text) {
  std::size_t words = 0;
  bool was_blank = true;
  for (const char c : text) {
    const bool is_blank = blank.find(c) != std::string_view::npos;
    words += was_blank && !is_blank ? 1 : 0;
    was_blank = is_blank;
  }
  return words;
}

std::string trimmed(std::string_view text) {
  return std::string(base::trimmed(text, blank));
}

}  // namespace

// Reads one text from left to right; the first thing that does not fit ends it.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  EngineResult<Expression> read() {
    std::array<Values, fields.size()> values;
    std::size_t count = 0;
    while (count < fields.size() && !is_at_end()) {
      values[count] = read_field(fields[count]);
      if (!problem_.empty()) {
        return refusal(std::string(fields[count].name) + ": " + problem_);
      }
      ++count;
    }
    if (count < fields_min) {
      return refusal("it has " + std::to_string(count) + (count == 1 ? " field" : " fields"));
    }
    if (!is_at_end()) {
      return refusal("it has more than 7 fields");
    }
    if (count == fields_min) {
      fill(values.back(), fields.back().min, fields.back().max, 1);
    }
    return expression_of(values);
  }

 private:
  // A crontab counts from 0, Sunday.
  static std::string with_named_weekdays(std::string_view line) {
    constexpr std::array<std::string_view, 8> names = {
        "sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun"
    };
    const std::size_t weekdays = line.find_last_of(" \t") + 1;
    std::string named(line.substr(0, weekdays));
    char before = ' ';
    for (const char c : line.substr(weekdays)) {
      if (c >= '0' && c <= '7' && before != '/') {
        named += names[static_cast<std::size_t>(c - '0')];
      } else {
        named += c;
      }
      before = c;
    }
    return named;
  }

  [[nodiscard]] EngineError refusal(std::string what) const {
    // What people who write crontabs expect; said whatever the first thing is that does not fit.
    if (words_in(text_) < fields_min || what.ends_with("fields")) {
      what +=
          "; a schedule has 6 or 7 fields: second minute hour day-of-month month day-of-week "
          "[year]";
    }
    if (words_in(text_) == 5) {
      what +=
          "; for a line of a crontab put a second in front, and name the weekdays, which count "
          "from 1, Sunday, here: '0 " +
          with_named_weekdays(trimmed(text_)) + "'";
    }
    return {EngineErrorCode::invalid_argument, std::move(what)};
  }

  static Expression expression_of(const std::array<Values, fields.size()>& values) {
    const auto bits = [&](std::size_t field) {
      constexpr Values all_of_64(~std::uint64_t{0});
      return (values[field] & all_of_64).to_ullong();
    };
    Expression expression;
    expression.seconds_ = bits(0);
    expression.minutes_ = bits(1);
    expression.hours_ = bits(2);
    expression.days_of_month_ = bits(3);
    expression.months_ = bits(4);
    expression.days_of_week_ = bits(5);
    for (std::size_t i = 0; i < expression.years_.size(); ++i) {
      expression.years_[i] = values[6][Expression::first_year + i];
    }
    return expression;
  }

  Values read_field(const Field& field) {
    Values values;
    do {
      read_item(field, values);
    } while (problem_.empty() && take(','));
    return values;
  }

  void read_item(const Field& field, Values& values) {
    if (take('*') || (field.is_day && take('?'))) {
      fill(values, field.min, field.max, take('/') ? read_step(field) : 1);
    } else if (is_letter(peek())) {
      read_named(field, values);
    } else if (is_digit(peek())) {
      read_numbered(field, values);
    } else if (is_at_end()) {
      problem_ = "a value is missing at the end";
    } else {
      problem_ = "'" + std::string(1, printable(peek())) + "' is not a value";
    }
  }

  void read_numbered(const Field& field, Values& values) {
    const unsigned first = read_value(field);
    unsigned last = first;
    if (problem_.empty() && take('-')) {
      if (is_letter(peek())) {
        problem_ = "a range is of two numbers or of two names, not of both";
        return;
      }
      last = read_value(field);
      check_range(first, last);
      fill(values, first, last, take('/') ? read_step(field) : 1);
    } else if (take('/')) {
      fill(values, first, field.max, read_step(field));
    } else {
      fill(values, first, last, 1);
    }
  }

  void read_named(const Field& field, Values& values) {
    const unsigned first = read_name(field);
    if (!problem_.empty()) {
      return;
    }
    if (take('-')) {
      if (is_digit(peek())) {
        problem_ = "a range is of two numbers or of two names, not of both";
        return;
      }
      const unsigned last = read_name(field);
      check_range(first, last);
      fill(values, first, last, take('/') ? read_step(field) : 1);
    } else if (take('/')) {
      problem_ = "a single name cannot have a step";
    } else {
      fill(values, first, first, 1);
    }
  }

  unsigned read_value(const Field& field) {
    const std::optional<unsigned> value = read_number();
    if (!problem_.empty()) {
      return 0;
    }
    if (!value || *value < field.min || *value > field.max) {
      problem_ = std::string(last_token_) + " is not within " + std::to_string(field.min) +
                 " and " + std::to_string(field.max);
      if (field.max == 7) {
        problem_ += ", where 1 is Sunday and 7 is Saturday";
      }
      return 0;
    }
    return *value;
  }

  unsigned read_step(const Field& field) {
    const std::optional<unsigned> step = read_number();
    if (problem_.empty() && (!step || *step < 1 || *step > field.max)) {
      problem_ = "the step " + std::string(last_token_) + " is not within 1 and " +
                 std::to_string(field.max);
    }
    return step.value_or(1);
  }

  // nullopt: none is there, or one that is far too large.
  std::optional<unsigned> read_number() {
    skip_blank();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) {
      ++at_;
    }
    last_token_ = text_.substr(begin, at_ - begin);
    if (last_token_.empty()) {
      set_problem("a number is missing");
      return std::nullopt;
    }
    constexpr std::size_t digits_max = 9;
    const std::size_t nonzero = std::min(last_token_.find_first_not_of('0'), last_token_.size());
    if (last_token_.size() - nonzero > digits_max) {
      return std::nullopt;
    }
    unsigned value = 0;
    for (const char digit : last_token_) {
      value = value * 10 + static_cast<unsigned>(digit - '0');
    }
    return value;
  }

  unsigned read_name(const Field& field) {
    skip_blank();
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_letter(text_[at_])) {
      ++at_;
    }
    const std::string name = base::lowered(text_.substr(begin, at_ - begin));
    const auto found = std::ranges::find(field.names, name, &Name::first);
    if (found != field.names.end()) {
      return found->second;
    }
    set_problem(
        name.empty()          ? "a name is missing"
        : field.names.empty() ? "'" + name + "': this field has numbers only"
                              : "'" + name + "' is not known; names are those in English, as " +
                                    std::string(field.names.front().first) + " or " +
                                    std::string(field.names[1].first)
    );
    return 0;
  }

  void check_range(unsigned first, unsigned last) {
    if (problem_.empty() && first > last) {
      problem_ = "a range does not go backwards or around the end";
    }
  }

  void fill(Values& values, unsigned first, unsigned last, unsigned step) {
    if (problem_.empty()) {
      for (unsigned value = first; value <= last; value += step) {
        values.set(value);
      }
    }
  }

  void set_problem(std::string problem) {
    if (problem_.empty()) {
      problem_ = std::move(problem);
    }
  }

  // --- Tokens; blanks may stand around each ---

  void skip_blank() { at_ = std::min(text_.find_first_not_of(blank, at_), text_.size()); }
  bool is_at_end() {
    skip_blank();
    return at_ == text_.size();
  }
  char peek() { return is_at_end() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (is_at_end() || text_[at_] != c) {
      return false;
    }
    ++at_;
    return true;
  }
  static char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view last_token_;
  std::string problem_;
};

EngineResult<Expression> Expression::parse(std::string_view text) {
  if (text.size() > base::limits::cron_expression_bytes_max) {
    return EngineError{
        EngineErrorCode::invalid_argument,
        "it has more than " + std::to_string(base::limits::cron_expression_bytes_max) + " bytes"
    };
  }
  const std::string whole = trimmed(text);
  if (whole.starts_with('@')) {
    const auto* const found = std::ranges::find(
        shorthands, std::string_view(whole), &decltype(shorthands)::value_type::first
    );
    if (found == shorthands.end()) {
      return EngineError{
          EngineErrorCode::invalid_argument,
          "the words are @yearly, @monthly, @weekly, @daily and @hourly"
      };
    }
    return ExpressionReader(found->second).read();
  }
  return ExpressionReader(text).read();
}

}  // namespace iii::workers::cron
