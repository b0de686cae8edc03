// What must hold of a frame before it goes out: one bad text would cost the whole connection. Any
// thread.
#pragma once

#include <iii/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace iii::sdk {

// Empty, or what is wrong: "is not UTF-8", "is larger than 64 MiB", and of a frame, which is JSON:
// "holds a number that JSON does not have".
[[nodiscard]] std::string problem_of_text(std::string_view text);
[[nodiscard]] std::string problem_of_frame(std::string_view frame);

// What a frame is, for its errors: "the call of" 'shop::pay'.
struct FrameSubject {
  std::string_view what;
  std::string_view id;  // or empty
};

// The error of a frame that must not go out. One that is too large is `payload_too_large`, as
// engines answer (spec: line-0.25 §8); everything else is of kind serde.
[[nodiscard]] std::optional<Error> refusal_of_frame(
    std::string_view frame, const FrameSubject& subject
);

}  // namespace iii::sdk
