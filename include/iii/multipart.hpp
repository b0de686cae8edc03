// Bodies of HTML forms: multipart/form-data as it arrives, and application/x-www-form-urlencoded.
//
//   client.register_function("photos::add", iii::http(client, [](iii::HttpCall<>& call) {
//     auto form = iii::MultipartParser::of(call.request.headers["content-type"]).value();
//     while (auto bytes = call.body().next_binary()) {
//       form.read(*bytes, [&](const iii::MultipartEvent& event) { … }).value();
//     }
//     form.finish().value();
//     …
//
// read() in order with all pieces, cut anywhere, then finish(). What a part is called is told
// before its bytes; nothing of a body is kept but what may be the beginning of a boundary. Strict:
// what RFC 7578 and RFC 2046 do not allow is an Error of kind serde, after which every call fails
// with the same. No input or output of its own; one thread at a time.
#pragma once

#include <iii/http.hpp>
#include <iii/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace iii::inline v0 {

// What a form may bring. More is an Error.
struct MultipartLimits {
  std::size_t parts_max = 1000;
  std::size_t header_bytes_max = std::size_t{16} * 1024;    // of one part, and before the first
  std::uint64_t part_bytes_max = std::uint64_t{1} << 40U;   // of one part's content
  std::uint64_t total_bytes_max = std::uint64_t{1} << 40U;  // of everything
};

// A part begins.
struct MultipartPart {
  std::string name;
  // As the client says: a name to show, never a path to write to.
  std::optional<std::string> file_name = {};
  std::string content_type = "text/plain";
  HttpHeaders headers = {};  // all of the part, names in lower case

  friend bool operator==(const MultipartPart&, const MultipartPart&) = default;
};

// Some of its content; valid during the call.
struct MultipartData {
  std::string_view bytes;

  friend bool operator==(const MultipartData&, const MultipartData&) = default;
};

// The part is whole.
struct MultipartPartEnd {
  friend bool operator==(const MultipartPartEnd&, const MultipartPartEnd&) = default;
};

using MultipartEvent = std::variant<MultipartPart, MultipartData, MultipartPartEnd>;

// Reads a form of any size in the pieces in which it arrives.
class MultipartParser {
 public:
  // Of a Content-Type header: "multipart/form-data; boundary=…".
  static Result<MultipartParser> of(std::string_view content_type, MultipartLimits limits = {});
  // `boundary`: as in the header, without the hyphens before it.
  explicit MultipartParser(std::string_view boundary, MultipartLimits limits = {});

  // `take` is called for what the bytes complete, in order.
  Result<void> read(
      std::string_view bytes, const std::function<void(const MultipartEvent& event)>& take
  );
  // After the last bytes: an Error if the form has not come to its end.
  [[nodiscard]] Result<void> finish() const;

 private:
  enum class State : std::uint8_t { preamble, boundary, headers, content, epilogue };
  using Take = std::function<void(const MultipartEvent& event)>;

  // Whether it has used something of what is there, and another step may do more.
  Result<bool> step(const Take& take);
  Result<bool> read_preamble();
  Result<bool> read_boundary();
  Result<bool> read_headers(const Take& take);
  Result<bool> read_content(const Take& take);
  Error fail(std::string message);
  [[nodiscard]] std::string_view rest() const;

  std::string delimiter_;  // with the line end and the hyphens before the boundary
  MultipartLimits limits_;
  State state_ = State::preamble;
  std::string buffer_ = "\r\n";       // a boundary may be the first line
  std::size_t used_ = 0;              // of the buffer
  bool is_at_content_start_ = false;  // the line end of the head has not been skipped
  std::size_t parts_ = 0;
  std::uint64_t part_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::optional<Error> error_;
};

// The fields of a form in their order; names may repeat. `+` is a blank, what cannot be decoded
// stays as it is, and what is no UTF-8 then becomes U+FFFD, as browsers do. More than `fields_max`
// are an Error of kind serde.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_form(
    std::string_view body, std::size_t fields_max = 1000
);

}  // namespace iii::inline v0
