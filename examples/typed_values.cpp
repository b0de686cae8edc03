// Structs with more than texts and numbers: variants told apart by a tag, times, containers,
// ids as types. They work as inputs and results of functions as well.
#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace {

struct GuestId {
  std::string text;
};
III_DESCRIBE((GuestId, iii::transparent), text)

struct Mail {
  std::string address;
};
III_DESCRIBE((Mail, iii::tagged("by", "mail")), address)

struct Call {
  std::string number;
};
III_DESCRIBE((Call, iii::tagged("by", "phone")), number)

struct Reminder {
  GuestId guest;
  std::variant<Mail, Call> to;
  std::chrono::sys_seconds at;     // a text, in UTC
  std::chrono::minutes before{5};  // a number of minutes
  std::map<std::string, int> cups;
  std::vector<std::string> notes;
};
III_DESCRIBE(Reminder, guest, to, at, (before, iii::defaulted), cups, (notes, iii::omit_empty))

}  // namespace

int main() {
  using std::chrono::sys_days;
  const Reminder reminder{
      .guest = {"ada"},
      .to = Call{.number = "0170"},
      .at = sys_days(std::chrono::year(2027) / 1 / 31) + std::chrono::hours(17),
      .cups = {{"mint", 2}},
      .notes = {},
  };
  const iii::Json json = iii::to_json(reminder);
  for (const auto& member : json.as_object()) {
    std::cout << member.key() << ": " << iii::serialize(member.value()) << '\n';
  }

  const iii::Result<Reminder> read = iii::from_json<Reminder>(json);
  if (!read) {
    std::cerr << read.error().message() << '\n';
    return EXIT_FAILURE;
  }
  std::cout << std::get<Call>(read->to).number << ", " << read->before.count() << " minutes\n";

  iii::Json broken = json;
  broken.at("to").as_object()["number"] = 170;
  std::cout << iii::from_json<Reminder>(broken).error().message() << '\n';
}
