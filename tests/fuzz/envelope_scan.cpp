// Agreement of the envelope scanner with Boost.JSON: on what is accepted, on every member, on
// decoded strings, on the watched key and on the object without it. The text is the whole input.
#include "base/assert.hpp"
#include "json/recording_sink.hpp"
#include "json/scan.hpp"
#include "support/slow_json.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace {

using iii::test::read_slowly;
using iii::test::Verdict;
constexpr std::string_view watched = "_caller_worker_id";

void check_member(const iii::json::Value& value, boost::json::value& expected) {
  if (const boost::json::string* const string = expected.if_string()) {
    III_ASSERT(iii::json::decode_string(value) == std::string_view(*string), "they decode alike");
  }
  if (boost::json::object* const object = expected.if_object()) {
    III_ASSERT(value.has_watched_key == object->contains(watched), "the key is reported");
    boost::json::value rest = *object;
    rest.as_object().stable_erase(watched);
    const auto slow_rest = read_slowly(iii::json::without_member(value, watched)).value;
    III_ASSERT(iii::test::is_same(slow_rest, rest), "all but the watched member is left");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto [verdict, slow] = read_slowly(text);
  if (verdict == Verdict::undecided) {
    return 0;
  }
  const bool is_refused = iii::json::validate(text).has_value();
  III_ASSERT(is_refused == (verdict == Verdict::refused), "both accept the text or neither");
  iii::json::RecordingSink sink;
  const bool is_accepted = !iii::json::scan_object(text, watched, sink).has_value();
  III_ASSERT(is_accepted == slow.is_object(), "objects are accepted and nothing else");
  if (!is_accepted) {
    return 0;
  }
  boost::json::object members;
  for (const auto& [key, value] : sink.members) {
    auto member = read_slowly(value.text).value;
    check_member(value, member);
    members[iii::json::decode_string(key)] =
        std::move(member);  // Of repeated keys the last counts.
  }
  III_ASSERT(iii::test::is_same(members, slow), "the members are the object");
  return 0;
}
