// The Codecs of durations and of points in time.
#pragma once

#include <iii/detail/codec.hpp>
#include <iii/detail/codecs.hpp>
#include <iii/detail/place.hpp>
#include <iii/json.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

namespace iii::inline v0::detail {

constexpr std::string_view unit_name(std::intmax_t numerator, std::intmax_t denominator) {
  if (numerator == 1) {
    switch (denominator) {
      case 1:
        return "seconds";
      case 1'000:
        return "milliseconds";
      case 1'000'000:
        return "microseconds";
      case 1'000'000'000:
        return "nanoseconds";
      default:
        return "";
    }
  }
  if (denominator != 1) {
    return "";
  }
  switch (numerator) {
    case 60:
      return "minutes";
    case 3'600:
      return "hours";
    case 86'400:
      return "days";
    default:
      return "";
  }
}

template <class Number, class Period>
struct CodecOf<std::chrono::duration<Number, Period>> {
  using Duration = std::chrono::duration<Number, Period>;
  static Json encode(const Codec& self, const void* value) {
    const Number count = static_cast<const Duration*>(value)->count();
    return self.element->encode(*self.element, &count);
  }
  static bool decode(const Codec& self, const Json& json, void* value, const Place& place) {
    Number count{};
    const bool is_read = self.element->decode(*self.element, json, &count, place);
    *static_cast<Duration*>(value) = Duration(count);
    return is_read;
  }
  static constexpr Codec table{
      .encode = &encode,
      .decode = &decode,
      .schema = &schema_of_duration,
      .format = unit_name(Period::num, Period::den),
      .element = &codec<Number>,
  };
};

template <class Duration>
struct CodecOf<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  using Point = std::chrono::time_point<std::chrono::system_clock, Duration>;
  using Seconds = std::chrono::seconds;
  using Nanoseconds = std::chrono::nanoseconds;

  static Json encode(const Codec& /*self*/, const void* value) {
    const auto& point = *static_cast<const Point*>(value);
    const auto seconds = std::chrono::floor<Seconds>(point);
    const auto rest = std::chrono::duration_cast<Nanoseconds>(point - seconds);
    return encode_instant({seconds.time_since_epoch().count(), rest.count()});
  }
  // Finer digits than Duration has are dropped.
  static bool decode(const Codec& /*self*/, const Json& json, void* value, const Place& place) {
    Instant instant;
    if (!decode_instant(json, instant, place)) {
      return false;
    }
    constexpr std::int64_t seconds_max =
        Duration::period::num == 1 && std::is_integral_v<typename Duration::rep>
            ? std::numeric_limits<typename Duration::rep>::max() / Duration::period::den - 1
            : std::numeric_limits<std::int64_t>::max();
    if (instant.seconds > seconds_max || instant.seconds < -seconds_max) {
      return place.fail("expected a time that fits, found " + shown(json));
    }
    *static_cast<Point*>(value) = Point(
        std::chrono::floor<Duration>(Seconds(instant.seconds)) +
        (std::chrono::floor<Duration>(Nanoseconds(instant.nanoseconds)))
    );
    return true;
  }
  static constexpr Codec table{.encode = &encode, .decode = &decode, .schema = &schema_of_instant};
};

}  // namespace iii::inline v0::detail
