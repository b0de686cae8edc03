#include "base/form_text.hpp"
#include "base/header_text.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"

#include <iii/error.hpp>
#include <iii/http.hpp>
#include <iii/multipart.hpp>
#include <iii/result.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::inline v0 {

namespace {

// A value with parameters: `form-data; name="a"`.
struct Parameters {
  std::string value;                                     // in lower case
  std::vector<std::pair<std::string, std::string>> all;  // names in lower case

  [[nodiscard]] const std::string* find(std::string_view name) const {
    const auto found = std::ranges::find(all, name, &std::pair<std::string, std::string>::first);
    return found == all.end() ? nullptr : &found->second;
  }
};

// Takes what stands in quotes, or up to the next semicolon. Browsers write a backslash as it is:
// before anything but a quote or a backslash it is one. nullopt: the quotes do not end.
std::optional<std::string> take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = base::trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return base::is_token(value) ? std::optional(value) : std::nullopt;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool is_escape =
        text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\');
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    i += is_escape ? 1 : 0;
    value += text[i];
  }
  return std::nullopt;
}

// nullopt: malformed, or a name twice.
std::optional<Parameters> read_parameters(std::string_view text) {
  Parameters result;
  const std::size_t first = std::min(text.find(';'), text.size());
  result.value = base::lowered(base::trimmed(text.substr(0, first)));
  text.remove_prefix(first);
  while (!text.empty()) {
    text = base::trimmed(text.substr(1));
    const std::size_t equals = text.find('=');
    if (text.empty()) {
      break;  // a semicolon at the end
    }
    if (equals == std::string_view::npos || !base::is_token(text.substr(0, equals))) {
      return std::nullopt;
    }
    std::string name = base::lowered(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    auto value = take_value(text);
    text = base::trimmed(text);
    if (!value || result.find(name) != nullptr || (!text.empty() && text[0] != ';')) {
      return std::nullopt;
    }
    result.all.emplace_back(std::move(name), *std::move(value));
  }
  return result;
}

// RFC 2046 §5.1.1.
bool is_boundary(std::string_view text) {
  constexpr std::string_view others = "'()+_,-./:=? ";
  constexpr std::size_t bytes_max = 70;
  return !text.empty() && text.size() <= bytes_max && !text.ends_with(' ') &&
         std::ranges::all_of(text, [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

// The lines of a part's head, each with its end.
std::optional<HttpHeaders> read_lines(std::string_view text) {
  HttpHeaders headers;
  while (!text.empty()) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, std::min(colon, line.size()));
    if (colon == std::string_view::npos || !base::is_token(name)) {
      return std::nullopt;
    }
    const std::string_view value = base::trimmed(line.substr(colon + 1));
    if (!base::is_header_value(value) || !headers.emplace(base::lowered(name), value).second) {
      return std::nullopt;
    }
  }
  return headers;
}

}  // namespace

Result<MultipartParser> MultipartParser::of(std::string_view content_type, MultipartLimits limits) {
  const auto parameters = read_parameters(content_type);
  if (!parameters || parameters->value != "multipart/form-data") {
    return Error::serde("the content type is not multipart/form-data");
  }
  const std::string* boundary = parameters->find("boundary");
  if (boundary == nullptr || !is_boundary(*boundary)) {
    return Error::serde("the content type has no boundary of 1 to 70 allowed characters");
  }
  return MultipartParser(*boundary, limits);
}

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {
}

Result<void> MultipartParser::read(std::string_view bytes, const Take& take) {
  if (error_) {
    return *error_;
  }
  total_bytes_ += bytes.size();
  if (total_bytes_ > limits_.total_bytes_max) {
    return fail("the form has more than " + std::to_string(limits_.total_bytes_max) + " bytes");
  }
  if (state_ == State::epilogue) {
    return {};
  }
  buffer_.append(bytes);
  for (;;) {
    const Result<bool> progress = step(take);
    if (!progress) {
      return progress.error();
    }
    if (!*progress) {
      break;
    }
  }
  buffer_.erase(0, used_);
  used_ = 0;
  return {};
}

Result<void> MultipartParser::finish() const {
  if (error_) {
    return *error_;
  }
  if (state_ != State::epilogue) {
    return Error::serde("the form ends before its closing boundary");
  }
  return {};
}

Result<bool> MultipartParser::step(const Take& take) {
  switch (state_) {
    case State::preamble:
      return read_preamble();
    case State::boundary:
      return read_boundary();
    case State::headers:
      return read_headers(take);
    case State::content:
      return read_content(take);
    case State::epilogue:
      used_ = buffer_.size();
      return false;
  }
  return false;
}

Result<bool> MultipartParser::read_preamble() {
  const std::size_t at = rest().find(delimiter_);
  if (at != std::string_view::npos && at <= limits_.header_bytes_max) {
    used_ += at + delimiter_.size();
    state_ = State::boundary;
    return true;
  }
  if (rest().size() > limits_.header_bytes_max + delimiter_.size()) {
    return fail("the form does not begin with its boundary");
  }
  return false;
}

// What follows a boundary: blanks and the end of the line, or two hyphens and the end of the form.
Result<bool> MultipartParser::read_boundary() {
  const std::string_view text = rest();
  if (text.size() >= 2 && text.starts_with("--")) {
    used_ += 2;
    state_ = State::epilogue;
    return true;
  }
  const std::size_t blanks = std::min(text.find_first_not_of(" \t"), text.size());
  constexpr std::size_t blanks_max = 100;
  const std::string_view end = text.substr(blanks);
  if (blanks <= blanks_max && end.starts_with("\r\n")) {
    if (parts_ == limits_.parts_max) {
      return fail("the form has more than " + std::to_string(limits_.parts_max) + " parts");
    }
    ++parts_;
    used_ += blanks + 2;
    state_ = State::headers;
    return true;
  }
  const bool may_go_on = end.empty() || end == "\r" || (blanks == 0 && text == "-");
  if (!may_go_on || blanks > blanks_max) {
    return fail("a boundary is followed by something else than the end of its line");
  }
  return false;
}

Result<bool> MultipartParser::read_headers(const Take& take) {
  const std::string_view text = rest();
  const bool is_empty = text.starts_with("\r\n");
  const std::size_t end = is_empty ? 0 : text.find("\r\n\r\n");
  // Three bytes may be the beginning of the end.
  const std::size_t bytes =
      end == std::string_view::npos ? text.size() - std::min<std::size_t>(text.size(), 3) : end;
  if (bytes > limits_.header_bytes_max) {
    return fail(
        "the head of a part has more than " + std::to_string(limits_.header_bytes_max) + " bytes"
    );
  }
  if (end == std::string_view::npos) {
    return false;
  }
  auto headers = read_lines(text.substr(0, is_empty ? 0 : end + 2));
  if (!headers) {
    return fail("the head of a part is malformed");
  }
  const auto found = headers->find("content-disposition");
  const Parameters disposition = found == headers->end()
                                     ? Parameters{}
                                     : read_parameters(found->second).value_or(Parameters{});
  const std::string* name = disposition.value == "form-data" ? disposition.find("name") : nullptr;
  if (name == nullptr) {
    return fail("a part has no `Content-Disposition: form-data` with a name");
  }
  MultipartPart part{.name = *name};
  if (const std::string* file_name = disposition.find("filename")) {
    part.file_name = *file_name;
  }
  if (const auto type = headers->find("content-type"); type != headers->end()) {
    part.content_type = type->second;
  }
  part.headers = *std::move(headers);
  // The line end before a boundary belongs to it: that of the head may be it already.
  used_ += end + (is_empty ? 0 : 2);
  part_bytes_ = 0;
  state_ = State::content;
  is_at_content_start_ = true;
  take(part);
  return true;
}

Result<bool> MultipartParser::read_content(const Take& take) {
  const std::string_view text = rest();
  const std::size_t head_end = is_at_content_start_ ? 2 : 0;
  const std::size_t at = text.find(delimiter_);
  std::size_t end = at;
  if (at == std::string_view::npos) {
    // What may be the beginning of a boundary waits.
    const std::size_t kept = std::min(text.size(), delimiter_.size() - 1);
    const std::size_t line_end = text.find('\r', text.size() - kept);
    end = std::min(line_end, text.size());
  }
  if (end > head_end) {
    const std::string_view bytes = text.substr(head_end, end - head_end);
    part_bytes_ += bytes.size();
    if (part_bytes_ > limits_.part_bytes_max) {
      return fail("a part has more than " + std::to_string(limits_.part_bytes_max) + " bytes");
    }
    is_at_content_start_ = false;
    used_ += end;
    take(MultipartData{bytes});
  }
  if (at == std::string_view::npos) {
    return false;
  }
  used_ += (end > head_end ? 0 : end) + delimiter_.size();
  state_ = State::boundary;
  take(MultipartPartEnd{});
  return true;
}

Error MultipartParser::fail(std::string message) {
  error_ = Error::serde(std::move(message));
  buffer_.clear();
  used_ = 0;
  return *error_;
}

std::string_view MultipartParser::rest() const {
  return std::string_view(buffer_).substr(used_);
}

Result<std::vector<std::pair<std::string, std::string>>> parse_form(
    std::string_view body, std::size_t fields_max
) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view field = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (field.empty()) {
      continue;
    }
    if (fields.size() == fields_max) {
      return Error::serde("the form has more than " + std::to_string(fields_max) + " fields");
    }
    const std::size_t equals = std::min(field.find('='), field.size());
    fields.emplace_back(
        base::decode_form_text(field.substr(0, equals)),
        base::decode_form_text(field.substr(std::min(equals + 1, field.size())))
    );
  }
  return fields;
}

}  // namespace iii::inline v0
