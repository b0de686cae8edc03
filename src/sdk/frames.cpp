#include "sdk/frames.hpp"

#include "base/limits.hpp"
#include "json/scan.hpp"
#include "protocol/error_codes.hpp"

#include <iii/error.hpp>

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::sdk {

namespace {

// What engines take in one message (spec: wire-protocol §2.2).
bool is_too_large(std::string_view text) {
  return text.size() > base::limits::message_bytes_max;
}

}  // namespace

std::string problem_of_text(std::string_view text) {
  if (is_too_large(text)) {
    return "is larger than " + std::to_string(base::limits::message_bytes_max / base::limits::mib) +
           " MiB";
  }
  return simdjson::validate_utf8(text.data(), text.size()) ? "" : "is not UTF-8";
}

namespace {

// What Boost.JSON writes for NaN and infinities. Inside of a string the words are harmless: they
// are only the reason to look closer.
bool holds_no_number(std::string_view frame) {
  if (frame.find("NaN") == std::string_view::npos &&
      frame.find("Infinity") == std::string_view::npos) {
    return false;
  }
  using Reason = json::ScanError::Reason;
  const auto error = json::validate(frame);
  return error &&
         (error->reason == Reason::unexpected_character || error->reason == Reason::invalid_number);
}

}  // namespace

std::string problem_of_frame(std::string_view frame) {
  std::string problem = problem_of_text(frame);
  if (problem.empty() && holds_no_number(frame)) {
    return "holds a number that JSON does not have: NaN or an infinity";
  }
  return problem;
}

std::optional<Error> refusal_of_frame(std::string_view frame, const FrameSubject& subject) {
  const std::string problem = problem_of_frame(frame);
  if (problem.empty()) {
    return std::nullopt;
  }
  std::string text(subject.what);
  if (!subject.id.empty()) {
    text.append(" '").append(subject.id).append("'");
  }
  text.append(" ").append(problem);
  return is_too_large(frame)
             ? Error::remote(std::string(protocol::codes::payload_too_large), std::move(text))
             : Error::serde(std::move(text));
}

}  // namespace iii::sdk
