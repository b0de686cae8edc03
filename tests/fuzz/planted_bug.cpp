// Fails on purpose: proves that the set-up finds a bug. The rule under test is the scanner's with
// one mistake, as if somebody had taken a line break inside a string for harmless.
#include "base/assert.hpp"
#include "json/scan.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

bool accepts_wrongly(std::string_view text) {
  const auto refusal = iii::json::validate(text);
  return !refusal.has_value() ||
         (refusal->reason == iii::json::ScanError::Reason::control_character &&
          text[refusal->offset] == '\n');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool is_valid = !iii::json::validate(text).has_value();
  III_ASSERT(accepts_wrongly(text) == is_valid, "only well-formed texts are accepted");
  return 0;
}
