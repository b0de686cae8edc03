// What of a call's payload may stand in its span: values of sensitive keys are replaced at any
// depth, long texts are cut (spec: sdk §18.6). Works on the text; no payload is parsed into a tree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace iii::telemetry {

struct PayloadCapture {
  bool is_on = true;
  std::size_t bytes_max = 0;  // 0: only the SDK's own bound
};

// Whether values of this key are secrets, by its name.
[[nodiscard]] bool is_sensitive_key(std::string_view key);

// Precondition: `json` is one well-formed JSON value.
[[nodiscard]] std::string redacted(std::string_view json);

struct CapturedPayload {
  std::string json;
  bool is_truncated = false;
};
// At most `bytes_max` bytes, marker included; cut between characters.
[[nodiscard]] CapturedPayload truncated(std::string text, std::size_t bytes_max);

// Both, within `capture.bytes_max` and the SDK's bound.
[[nodiscard]] CapturedPayload capture_payload(std::string_view json, const PayloadCapture& capture);

}  // namespace iii::telemetry
