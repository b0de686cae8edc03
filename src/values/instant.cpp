// Points in time as text: RFC 3339 §5.6.
#include <iii/detail/codec.hpp>
#include <iii/detail/place.hpp>
#include <iii/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace iii::inline v0::detail {
namespace {

constexpr std::int64_t day_seconds = 86'400;
// Of the years that the format can write, 0000 to 9999.
constexpr std::int64_t lowest_second = -62'167'219'200;
constexpr std::int64_t highest_second = 253'402'300'799;

// Reads a text from its front; `is_good` turns false for good at the first surprise.
struct Reader {
  std::string_view rest;
  bool is_good = true;

  int digits(std::size_t count) {
    int number = 0;
    for (std::size_t i = 0; i != count; ++i) {
      number = number * 10 + digit();
    }
    return number;
  }
  int digit() {
    if (!at_digit()) {
      is_good = false;
      return 0;
    }
    const int value = rest.front() - '0';
    rest.remove_prefix(1);
    return value;
  }
  [[nodiscard]] bool at_digit() const {
    return !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
  }
  // One of `choices`, which is returned.
  char one_of(std::string_view choices) {
    if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) {
      is_good = false;
      return '\0';
    }
    const char found = rest.front();
    rest.remove_prefix(1);
    return found;
  }
  [[nodiscard]] bool skip(char c) {
    const bool is_here = !rest.empty() && rest.front() == c;
    rest.remove_prefix(is_here ? 1 : 0);
    return is_here;
  }
};

std::int64_t read_fraction(Reader& reader) {
  std::int64_t nanoseconds = 0;
  std::int64_t unit = 100'000'000;
  reader.is_good = reader.is_good && reader.at_digit();
  while (reader.at_digit()) {
    nanoseconds += reader.digit() * unit;
    unit /= 10;
  }
  return nanoseconds;
}

std::int64_t read_offset(Reader& reader) {
  const char sign = reader.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z' || !reader.is_good) {
    return 0;
  }
  const int hours = reader.digits(2);
  reader.one_of(":");
  const int minutes = reader.digits(2);
  reader.is_good = reader.is_good && hours < 24 && minutes < 60;
  const std::int64_t seconds = (hours * std::int64_t{60} + minutes) * 60;
  return sign == '-' ? -seconds : seconds;
}

std::optional<Instant> parse(std::string_view text) {
  Reader reader{text};
  const int year = reader.digits(4);
  reader.one_of("-");
  const int month = reader.digits(2);
  reader.one_of("-");
  const int day = reader.digits(2);
  reader.one_of("Tt ");
  const int hour = reader.digits(2);
  reader.one_of(":");
  const int minute = reader.digits(2);
  reader.one_of(":");
  const int second = reader.digits(2);
  const std::int64_t nanoseconds = reader.skip('.') ? read_fraction(reader) : 0;
  const std::int64_t offset = read_offset(reader);

  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))
  };
  // Second 60 is a leap second: it counts as the first of the next minute, as in POSIX time.
  const bool is_good = reader.is_good && reader.rest.empty() && date.ok() && hour < 24 &&
                       minute < 60 && second <= 60;
  if (!is_good) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds =
      days * day_seconds + (hour * std::int64_t{60} + minute) * 60 + second - offset;
  if (seconds < lowest_second || seconds > highest_second) {
    return std::nullopt;  // an offset or leap second led out of what can be written
  }
  return Instant{.seconds = seconds, .nanoseconds = nanoseconds};
}

void append_digits(std::string& text, std::int64_t number, std::size_t count) {
  const std::string digits = std::to_string(number);
  text.append(count > digits.size() ? count - digits.size() : 0, '0');
  text += digits;
}

// In thousands, as few as are exact.
void append_fraction(std::string& text, std::int64_t nanoseconds) {
  if (nanoseconds == 0) {
    return;
  }
  text += '.';
  if (nanoseconds % 1'000'000 == 0) {
    append_digits(text, nanoseconds / 1'000'000, 3);
  } else if (nanoseconds % 1'000 == 0) {
    append_digits(text, nanoseconds / 1'000, 6);
  } else {
    append_digits(text, nanoseconds, 9);
  }
}

}  // namespace

Json encode_instant(Instant instant) {
  if (instant.seconds < lowest_second || instant.seconds > highest_second) {
    return nullptr;
  }
  const std::chrono::sys_seconds point{std::chrono::seconds(instant.seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(midnight);
  const std::int64_t second_of_day = (point - midnight).count();
  std::string text;
  append_digits(text, static_cast<int>(date.year()), 4);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_digits(text, second_of_day / 3'600, 2);
  text += ':';
  append_digits(text, second_of_day / 60 % 60, 2);
  text += ':';
  append_digits(text, second_of_day % 60, 2);
  append_fraction(text, instant.nanoseconds);
  text += 'Z';
  return encode_text(text);
}

bool decode_instant(const Json& json, Instant& instant, const Place& place) {
  const std::optional<Instant> parsed =
      json.is_string() ? parse(json.get_string()) : std::optional<Instant>();
  if (!parsed) {
    return place.mismatch("a time as RFC 3339 writes it", json);
  }
  instant = *parsed;
  return true;
}

}  // namespace iii::inline v0::detail
