// Any text as a message of a worker: agreement of the decoder with Boost.JSON; what is forwarded of
// a call or a result is well-formed; and each message reads back the same.
#include "base/assert.hpp"
#include "base/id.hpp"
#include "fuzz/message_round_trips.hpp"
#include "json/scan.hpp"
#include "protocol/decode.hpp"
#include "protocol/from_worker.hpp"
#include "protocol/to_worker.hpp"
#include "support/slow_json.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

namespace from_worker = iii::protocol::from_worker;
namespace to_worker = iii::protocol::to_worker;
using iii::test::read_slowly;

const iii::base::WorkerId caller{iii::base::Uuid(1, 2)};

// The member of the message as Boost.JSON sees it; null when absent.
boost::json::value member(const boost::json::object& message, std::string_view name) {
  const boost::json::value* value = message.if_contains(name);
  return value == nullptr ? nullptr : *value;
}

void check_same(
    const iii::json::Value& value, const boost::json::object& message, std::string_view name
) {
  const boost::json::value mine =
      value.text.empty() ? boost::json::value(nullptr) : read_slowly(value.text).value;
  III_ASSERT(iii::test::is_same(mine, member(message, name)), "the member is what Boost.JSON read");
}

std::string checked_encoding(const to_worker::Message& message) {
  std::string text = iii::protocol::encode(message);
  III_ASSERT(text.size() == iii::protocol::encoded_size(message), "it is as long as measured");
  III_ASSERT(!iii::json::validate(text), "what is forwarded is well-formed");
  return text;
}

struct Checker {
  const boost::json::object& slow;

  void operator()(const from_worker::InvokeFunction& m) const {
    check_same(m.function_id, slow, "function_id");
    check_same(m.data, slow, "data");
    check_same(m.metadata, slow, "metadata");
    check_same(m.baggage, slow, "baggage");
    const std::string data = m.data.has_watched_key
                                 ? without_member(m.data, iii::protocol::caller_worker_key)
                                 : std::string(m.data.text);
    const std::string text = checked_encoding(to_worker::InvokeFunction{
        .invocation_id = m.invocation_id.value_or(iii::base::InvocationId()),
        .function_id_json = m.function_id.text,
        .data_json = data,
        .caller = caller,
        .baggage_json = m.baggage.text,
        .metadata_json = m.metadata.text
    });
    const auto again = std::get<from_worker::InvokeFunction>(iii::protocol::decode(text));
    III_ASSERT(again.function_id.text == m.function_id.text, "the function is the same");
    III_ASSERT(again.metadata.text == m.metadata.text, "the metadata is the same");
    boost::json::value expected = member(slow, "data");
    if (boost::json::object* object = expected.if_object()) {
      object->stable_erase(iii::protocol::caller_worker_key);
      boost::json::object with_caller{{iii::protocol::caller_worker_key, caller.value().to_string()}
      };
      with_caller.insert(object->begin(), object->end());
      expected = with_caller;
    }
    III_ASSERT(
        iii::test::is_same(read_slowly(again.data.text).value, expected),
        "the payload is the sender's with the caller in front"
    );
  }

  void operator()(const from_worker::InvocationResult& m) const {
    check_same(m.result, slow, "result");
    const std::string text = checked_encoding(to_worker::InvocationResult{
        .invocation_id = m.invocation_id,
        .function_id_json = R"("f")",
        .result_json = m.result.text,
        .error = m.error
    });
    const auto again = std::get<from_worker::InvocationResult>(iii::protocol::decode(text));
    III_ASSERT(again.invocation_id == m.invocation_id, "the id is the same");
    III_ASSERT(again.error == m.error, "the error is the same");
    III_ASSERT(m.error || again.result.text == m.result.text, "the result is the same");
  }

  template <class T>
  void operator()(const T&) const {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const from_worker::Message message = iii::protocol::decode(text);
  const auto [verdict, slow] = read_slowly(text);
  if (verdict == iii::test::Verdict::undecided) {
    return 0;
  }
  const bool is_object = slow.is_object();
  const bool is_space = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  III_ASSERT(
      is_object || is_space || std::holds_alternative<from_worker::Malformed>(message),
      "only objects are messages"
  );
  if (is_object) {
    std::visit(Checker{slow.get_object()}, message);
    std::visit(iii::test::RoundTrips(), message);
  }
  return 0;
}
