#include "protocol/decoding.hpp"

#include "json/scan.hpp"
#include "protocol/envelope.hpp"
#include "protocol/malformed.hpp"
#include "protocol/reader.hpp"

#include <string>
#include <utility>

namespace iii::protocol {

Malformed malformed(const Envelope& envelope, std::string reason, bool trusts_sender) {
  Malformed out{.reason = std::move(reason)};
  Reader reader(envelope);
  reader.invocation_id(out.invocation_id);
  const auto text = [&envelope, trusts_sender](Field field, std::string& into) {
    const json::Value* value = envelope.find(field);
    if (value != nullptr && value->kind == json::Kind::string &&
        (trusts_sender || value->text.size() <= id_text_bytes_max)) {
      into = json::decode_string(*value);
    }
  };
  text(Field::type, out.type);
  text(Field::function_id, out.function_id);
  text(Field::id, out.trigger_id);
  text(Field::trigger_type, out.trigger_type);
  return out;
}

std::string problem_of(const json::ScanError& error) {
  std::string problem("not well-formed JSON: ");
  problem.append(json::to_string(error.reason));
  problem.append(" at byte ").append(std::to_string(error.offset));
  return problem;
}

}  // namespace iii::protocol
