#include "workers/cron/clock_time.hpp"

#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::workers::cron {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

void append_digits(std::string& text, std::uint64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  text.append(width - std::min(width, digits.size()), '0').append(digits);
}

void append_clock(std::string& text, seconds time_of_day) {
  const auto count = static_cast<std::uint64_t>(time_of_day.count());
  append_digits(text, count / 3600, 2);
  append_digits(text.append(":"), count / 60 % 60, 2);
  append_digits(text.append(":"), count % 60, 2);
}

void append_local(std::string& text, LocalTime time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  append_digits(text, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  append_digits(text.append("-"), static_cast<unsigned>(date.month()), 2);
  append_digits(text.append("-"), static_cast<unsigned>(date.day()), 2);
  append_clock(text.append("T"), time - day);
}

void append_offset(std::string& text, seconds offset) {
  text.append(offset < seconds(0) ? "-" : "+");
  const auto whole = static_cast<std::uint64_t>(std::chrono::abs(offset).count());
  append_digits(text, whole / 3600, 2);
  append_digits(text.append(":"), whole / 60 % 60, 2);
}

// Takes numbers and separators from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // A number of exactly so many digits.
  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') {
        is_good_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool take(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_.front()) == std::string_view::npos) {
      return false;
    }
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view one_of) { is_good_ = take(one_of) && is_good_; }
  [[nodiscard]] char taken() const { return taken_; }
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_done() const { return is_good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  char taken_ = '\0';
  bool is_good_ = true;
};

// nullopt: there is no such date or time of day.
std::optional<LocalTime> read_local(Reader& reader) {
  const int year = reader.number(4);
  reader.expect("-");
  const int month = reader.number(2);
  reader.expect("-");
  const int day = reader.number(2);
  reader.expect("Tt ");
  std::array<int, 3> clock{};
  for (std::size_t i = 0; i < clock.size(); ++i) {
    if (i != 0) {
      reader.expect(":");
    }
    clock[i] = reader.number(2);
  }
  const std::chrono::year_month_day date(
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))
  );
  if (!reader.is_good() || !date.ok() || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) {
    return std::nullopt;
  }
  return std::chrono::local_days(date) + hours(clock[0]) + minutes(clock[1]) + seconds(clock[2]);
}

}  // namespace

std::string to_text(base::WallTime time) {
  const auto whole = std::chrono::floor<seconds>(time);
  std::string text;
  append_local(text, LocalTime(whole.time_since_epoch()));
  const auto fraction = static_cast<std::uint64_t>(nanoseconds(time - whole).count());
  if (fraction != 0) {
    text += '.';
    if (fraction % 1'000'000 == 0) {
      append_digits(text, fraction / 1'000'000, 3);
    } else if (fraction % 1'000 == 0) {
      append_digits(text, fraction / 1'000, 6);
    } else {
      append_digits(text, fraction, 9);
    }
  }
  append_offset(text, seconds(0));
  return text;
}

std::string to_text(Instant time, seconds offset) {
  std::string text;
  append_local(text, LocalTime(time.time_since_epoch() + offset));
  append_offset(text, offset);
  return text;
}

std::optional<WrittenTime> parse_time(std::string_view text) {
  Reader reader(text);
  const std::optional<LocalTime> local = read_local(reader);
  if (!local) {
    return std::nullopt;
  }
  WrittenTime time{*local, {}};
  if (reader.take("Zz")) {
    time.offset = seconds(0);
  } else if (reader.take("+-")) {
    const int sign = reader.taken() == '-' ? -1 : 1;
    const int hour = reader.number(2);
    reader.expect(":");
    const int minute = reader.number(2);
    if (hour > 23 || minute > 59) {
      return std::nullopt;
    }
    time.offset = sign * (hours(hour) + minutes(minute));
  }
  return reader.is_done() ? std::optional(time) : std::nullopt;
}

}  // namespace iii::workers::cron
