#include "workers/http/answer.hpp"

#include "base/header_text.hpp"
#include "base/lower_ascii.hpp"
#include "base/time.hpp"
#include "base/trimmed.hpp"
#include "json/scan.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http/body_schema.hpp"
#include "workers/http/options.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

namespace codes = protocol::codes;

namespace {

class Members final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (json::spells(key, "status_code")) {
      status = value;
      has_status = true;
    } else if (json::spells(key, "statusCode")) {
      alias = value;
    } else if (json::spells(key, "headers")) {
      headers = value;
    } else if (json::spells(key, "body")) {
      body = value;
      has_body = true;
    }
  }

  json::Value status;
  json::Value alias;  // as a model of the Python SDK spells it
  json::Value headers;
  json::Value body;
  bool has_status = false;
  bool has_body = false;
};

// Lenient, as the reference system: what is no status is 200 (spec: http §9).
unsigned status_of(const json::Value& value) {
  std::uint64_t number = 0;
  const std::string_view text = value.text;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return 200;
  }
  const auto wrapped = static_cast<std::uint16_t>(number);
  return wrapped < 100 || wrapped > 999 ? 200 : wrapped;
}

struct HeaderText {
  std::string name;
  std::string value;
};

class Headers final : public json::MemberSink {
 public:
  void on_member(const json::Value& key, const json::Value& value) override {
    if (value.kind == json::Kind::string) {
      texts.push_back({json::decode_string(key), json::decode_string(value)});
    } else if (!other) {
      other = json::decode_string(key);
    }
  }

  std::vector<HeaderText> texts;
  std::optional<std::string> other;  // the first that is none; its name, if it has one
};

Headers headers_of_array(std::string_view array_json) {
  Headers headers;
  boost::json::error_code error;
  const boost::json::value tree = boost::json::parse(array_json, error);
  if (error || !tree.is_array()) {
    return headers;
  }
  for (const boost::json::value& line : tree.get_array()) {
    const auto* text = line.if_string();
    const std::string_view view = text == nullptr ? std::string_view() : std::string_view(*text);
    if (const std::size_t colon = view.find(':'); colon != std::string_view::npos) {
      headers.texts.push_back(
          {std::string(base::trimmed(view.substr(0, colon))),
           std::string(base::trimmed(view.substr(colon + 1)))}
      );
    } else if (!headers.other) {
      headers.other = view;
    }
  }
  return headers;
}

Headers headers_of(const json::Value& value) {
  if (value.kind == json::Kind::array) {
    return headers_of_array(value.text);
  }
  Headers headers;
  if (value.kind == json::Kind::object) {
    (void)json::scan_object(value.text, {}, headers);
  }
  return headers;
}

// True: one of them is the content type. Without one the body is JSON.
bool add_headers(const Headers& headers, Answer& answer) {
  answer.left_out = headers.other;
  bool has_type = false;
  for (const HeaderText& header : headers.texts) {
    if (append_header(header.name, header.value, answer.lines)) {
      has_type = has_type || base::equals_without_case(header.name, "content-type");
    } else if (!answer.left_out) {
      answer.left_out = header.name;
    }
  }
  answer.lines.append(has_type ? "" : "content-type: application/json\r\n");
  return has_type;
}

// A status of the protocol itself cannot be an answer.
Answer checked(Answer answer) {
  if (answer.status < 200) {
    return error_answer(
        500,
        ErrorStyle::envelope,
        codes::internal_error,
        "a function cannot answer with a status below 200"
    );
  }
  return answer;
}

}  // namespace

bool append_header(std::string_view name, std::string_view value, std::string& lines) {
  const bool is_own = base::is_connection_header(name) || base::equals_without_case(name, "date");
  if (!base::is_token(name) || !base::is_header_value(value) || is_own) {
    return false;
  }
  base::append_lower(name, lines);
  lines.append(": ").append(value).append("\r\n");
  return true;
}

Answer answer_of_result(std::string_view result_json) {
  Members members;
  if (result_json.starts_with('{')) {
    (void)json::scan_object(result_json, {}, members);
  }
  Answer answer;
  answer.status = status_of(members.has_status ? members.status : members.alias);
  const bool has_type = add_headers(headers_of(members.headers), answer);
  if (has_type && members.has_body && members.body.kind == json::Kind::string) {
    answer.body = Body(json::decode_string(members.body));
  } else if (!has_type || !members.has_body || !members.body.is_null()) {
    answer.body = Body::borrowed(members.has_body ? members.body.text : std::string_view("{}"));
  }
  return checked(std::move(answer));
}

Answer answer_of_middleware(std::string_view response_json) {
  Members members;
  if (response_json.starts_with('{')) {
    (void)json::scan_object(response_json, {}, members);
  }
  Answer answer;
  answer.status = status_of(members.status);
  Headers headers;
  if (members.headers.kind == json::Kind::object) {
    (void)json::scan_object(members.headers.text, {}, headers);
  }
  // All or none, and no arrays (spec: http §8).
  if (headers.other) {
    headers.texts.clear();
  }
  add_headers(headers, answer);
  answer.body = Body::borrowed(members.has_body ? members.body.text : std::string_view("null"));
  return checked(std::move(answer));
}

Answer json_answer(unsigned status, std::string what) {
  Answer answer;
  answer.status = status;
  answer.lines = "content-type: application/json\r\n";
  answer.body = Body(std::move(what));
  return answer;
}

std::string error_id(base::WallTime now) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << 48U) - 1;
  const auto nanoseconds = static_cast<std::uint64_t>(now.time_since_epoch().count()) & mask;
  std::array<char, 16> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), nanoseconds, 16).ptr;
  return {text.data(), end};
}

namespace {

// `inside` the error's object, where it has one, and `beside` it: further members.
Answer error_with(
    unsigned status,
    ErrorStyle style,
    std::string_view code,
    std::string_view message,
    std::string_view inside,
    std::string_view beside
) {
  const bool is_flat = style == ErrorStyle::flat;
  std::string text = is_flat ? R"({"error":)" : R"({"error":{"code":)";
  if (!is_flat) {
    text.append(json::quoted(code)).append(R"(,"message":)");
  }
  text.append(json::quoted(message)).append(inside);
  text.append(is_flat ? "" : "}").append(beside).append("}");
  return json_answer(status, std::move(text));
}

}  // namespace

Answer error_answer(
    unsigned status,
    ErrorStyle style,
    std::string_view code,
    std::string_view message,
    std::string_view id
) {
  const std::string inside = id.empty() ? "" : R"(,"error_id":)" + json::quoted(id);
  return error_with(status, style, code, message, inside, "");
}

Answer not_found(ErrorStyle style) {
  if (style == ErrorStyle::flat) {
    Answer empty;
    empty.status = 404;
    return empty;
  }
  return error_answer(404, style, codes::not_found, "Not Found");
}

Answer condition_not_met(ErrorStyle style) {
  constexpr std::string_view message = "Request condition not met";
  return error_with(422, style, codes::condition_not_met, message, "", R"(,"skipped":true)");
}

Answer body_refused(
    ErrorStyle style, std::string_view function_id, const BodySchema::Misfit& misfit
) {
  // A pointer has the names that the client chose.
  constexpr std::size_t pointer_bytes_max = 256;
  std::string_view pointer = misfit.pointer;
  std::size_t end = std::min(pointer.size(), pointer_bytes_max);
  while (end < pointer.size() && (static_cast<unsigned char>(pointer[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  pointer = pointer.substr(0, end);
  std::string message = "The body does not fit what ";
  message.append(function_id).append(" takes: ").append(pointer.empty() ? "it" : pointer);
  message.append(" ").append(misfit.reason);
  std::string inside;
  if (style == ErrorStyle::envelope) {
    inside.append(R"(,"pointer":)").append(json::quoted(pointer));
    inside.append(R"(,"reason":)").append(json::quoted(misfit.reason));
  }
  return error_with(400, style, codes::invalid_body, message, inside, "");
}

}  // namespace iii::workers::http_worker
