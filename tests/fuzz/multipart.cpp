// multipart/form-data from any bytes in pieces of any size: how it is cut changes nothing, parts
// begin and end in turn, limits hold, and what was read can be written and read again.
#include "base/assert.hpp"

#include <iii/multipart.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

struct Part {
  iii::MultipartPart head;
  std::string content;

  friend bool operator==(const Part&, const Part&) = default;
};

struct Outcome {
  std::vector<Part> parts;
  bool is_good = false;
};

constexpr iii::MultipartLimits limits{
    .parts_max = 4, .header_bytes_max = 200, .part_bytes_max = 300, .total_bytes_max = 2000
};

Outcome read(std::string_view body, std::size_t piece_bytes) {
  iii::MultipartParser parser("b", limits);
  Outcome outcome;
  bool is_open = false;
  const auto take = [&](const iii::MultipartEvent& event) {
    if (const auto* part = std::get_if<iii::MultipartPart>(&event)) {
      III_ASSERT(!is_open, "a part begins after the end of the one before");
      is_open = true;
      outcome.parts.push_back({*part, {}});
    } else if (const auto* data = std::get_if<iii::MultipartData>(&event)) {
      III_ASSERT(is_open && !data->bytes.empty(), "content is a part's");
      outcome.parts.back().content += data->bytes;
    } else {
      III_ASSERT(is_open, "what ends has begun");
      is_open = false;
    }
  };
  outcome.is_good = true;
  while (!body.empty() && outcome.is_good) {
    const std::string_view piece = body.substr(0, piece_bytes);
    body.remove_prefix(piece.size());
    outcome.is_good = parser.read(piece, take).has_value();
  }
  outcome.is_good = outcome.is_good && parser.finish().has_value();
  III_ASSERT(!outcome.is_good || !is_open, "a whole form has only whole parts");
  III_ASSERT(outcome.parts.size() <= limits.parts_max, "no more parts than allowed");
  for (const Part& part : outcome.parts) {
    III_ASSERT(part.content.size() <= limits.part_bytes_max, "no more content than allowed");
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(body, std::string_view::npos);
  const Outcome cut = read(body, 1 + data[0] % 16);
  III_ASSERT(whole.is_good == cut.is_good, "cutting changes nothing");
  if (!whole.is_good) {
    return 0;
  }
  III_ASSERT(whole.parts == cut.parts, "cutting changes nothing");
  std::string again;
  for (const Part& part : whole.parts) {
    again += "--b\r\n";
    for (const auto& [name, value] : part.head.headers) {
      again.append(name).append(":").append(value).append("\r\n");
    }
    again.append("\r\n").append(part.content).append("\r\n");
  }
  again += "--b--";
  III_ASSERT(read(again, 7).parts == whole.parts, "what was read is written the same");
  return 0;
}
