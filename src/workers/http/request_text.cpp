#include "workers/http/request_text.hpp"

#include "base/form_text.hpp"
#include "base/lower_ascii.hpp"
#include "base/trimmed.hpp"
#include "base/utf8.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "json/scan.hpp"
#include "workers/http/route_table.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

namespace {

void append_member(
    std::string_view name, std::string_view value, bool& is_first, std::string& out
) {
  out += is_first ? "" : ",";
  is_first = false;
  json::append_string(name, out);
  out += ':';
  json::append_string(value, out);
}

void append_headers(const http::Request& request, std::string& out) {
  out += '{';
  bool is_first = true;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const http::HeaderView& header = request.headers[i];
    const auto later = request.headers.subspan(i + 1);
    if (std::ranges::any_of(later, [&](const http::HeaderView& other) {
          return base::equals_without_case(other.name, header.name);
        })) {
      continue;
    }
    out += is_first ? "\"" : ",\"";
    is_first = false;
    base::append_lower(header.name, out);  // a token: nothing in it needs an escape
    out += "\":";
    json::append_string(plain_value(header.value), out);
  }
  out += '}';
}

void append_query(std::string_view query, std::string& out) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!pair.empty()) {
      const std::size_t equals = std::min(pair.find('='), pair.size());
      pairs.emplace_back(
          base::decode_form_text(pair.substr(0, equals)),
          base::decode_form_text(pair.substr(std::min(equals + 1, pair.size())))
      );
    }
  }
  boost::unordered_flat_map<std::string_view, std::size_t> last;
  if (pairs.size() > 1) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      last[pairs[i].first] = i;
    }
  }
  out += '{';
  bool is_first = true;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs.size() == 1 || last[pairs[i].first] == i) {
      append_member(pairs[i].first, pairs[i].second, is_first, out);
    }
  }
  out += '}';
}

}  // namespace

std::string_view plain_value(std::string_view value) noexcept {
  const bool is_plain =
      std::ranges::all_of(value, [](char c) { return (c >= ' ' && c < '\x7f') || c == '\t'; });
  return is_plain ? value : std::string_view();
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? base::hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? base::hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

void append_request(const http::Request& request, const Route& route, std::string& out) {
  out += R"({"path_params":{)";
  bool is_first = true;
  http::path_parameters(
      route.path,
      request.path(),
      [&](std::string_view name, std::string_view value) {
        append_member(name, value, is_first, out);
      }
  );
  out += R"(},"query_params":)";
  append_query(request.query(), out);
  out += R"(,"headers":)";
  append_headers(request, out);
  out += R"(,"method":)";
  json::append_string(request.method, out);
}

std::string_view json_body(std::string_view body) {
  const std::string_view text = base::trimmed(body, base::white_space);
  const bool is_json = !text.empty() && base::is_utf8(text) && !json::validate(text);
  return is_json ? text : std::string_view("null");
}

}  // namespace iii::workers::http_worker
