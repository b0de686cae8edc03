#include "sdk/telemetry/http_span.hpp"

#include "base/lower_ascii.hpp"

#include <iii/context.hpp>
#include <iii/json.hpp>
#include <iii/span.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace iii::telemetry {
namespace {

struct Url {
  std::string_view scheme;
  std::string_view host;
  std::string_view port;
  std::string_view path;
  std::string_view query;
  std::string shown;  // without user and password
};

Url parts_of(std::string_view url) {
  Url parts;
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) {
    parts.shown = url;
    return parts;
  }
  parts.scheme = url.substr(0, colon);
  const std::string_view rest = url.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const std::string_view target = rest.substr(end);
  parts.shown = std::string(parts.scheme).append("://").append(authority).append(target);
  // Inside of brackets colons belong to the address.
  const std::size_t port = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      port != std::string_view::npos && (bracket == std::string_view::npos || port > bracket);
  parts.host = authority.substr(0, has_port ? port : authority.size());
  parts.port = has_port ? authority.substr(port + 1) : std::string_view();
  const std::string_view before_fragment = target.substr(0, target.find('#'));
  const std::size_t question = before_fragment.find('?');
  parts.path = before_fragment.substr(0, question);
  if (question != std::string_view::npos) {
    parts.query = before_fragment.substr(question + 1);
  }
  return parts;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

// Names of headers are the same in any case.
const std::string* find_header(const HttpHeaders& headers, std::string_view wanted) {
  const auto found = std::ranges::find_if(headers, [&](const auto& header) {
    return std::ranges::equal(header.first, wanted, {}, base::lower_ascii);
  });
  return found == headers.end() ? nullptr : &found->second;
}

}  // namespace

std::pair<std::string, Attributes> describe_request(const HttpRequestHead& request) {
  const Url url = parts_of(request.url);
  Attributes attributes;
  const auto text = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) {
      attributes.push_back({std::string(key), Json(value)});
    }
  };
  const auto header = [&](std::string_view key, std::string_view name) {
    if (const std::string* value = find_header(request.headers, name)) {
      text(key, *value);
    }
  };
  text("http.request.method", request.method);
  text("url.full", url.shown);
  text("server.address", url.host);
  text("url.scheme", url.scheme);
  text("network.protocol.name", "http");
  text("url.path", url.path);
  const std::int64_t usual_port = url.scheme == "https" ? 443 : 80;
  if (const auto port = number(url.port); port && *port != usual_port) {
    attributes.push_back({"server.port", Json(*port)});
  }
  text("url.query", url.query);
  header("http.request.header.content-type", "content-type");
  header("http.request.header.accept", "accept");
  if (request.body_bytes) {
    attributes.push_back({"http.request.body.size", Json(*request.body_bytes)});
  }
  std::string name = request.method;
  if (!url.path.empty()) {
    name.append(" ").append(url.path);
  }
  return {std::move(name), std::move(attributes)};
}

HttpSpan::HttpSpan(const HttpRequestHead& request, std::span<const std::string> ignored) {
  const bool is_ignored = std::ranges::any_of(ignored, [&](const std::string& part) {
    return request.url.find(part) != std::string::npos;
  });
  if (is_ignored) {
    return;
  }
  auto [name, attributes] = describe_request(request);
  span_ =
      start_span(std::move(name), {.kind = SpanKind::client, .attributes = std::move(attributes)});
  // Without telemetry the caller's own trace goes on.
  const std::string traceparent =
      span_.trace().is_valid() ? span_.trace().traceparent() : inject_traceparent().value_or("");
  if (!traceparent.empty()) {
    propagation_.emplace_back("traceparent", traceparent);
  }
  if (auto baggage = inject_baggage()) {
    propagation_.emplace_back("baggage", *std::move(baggage));
  }
}

void HttpSpan::answered(int status, const HttpHeaders& headers) {
  span_.set_attribute("http.response.status_code", Json(status));
  if (const std::string* length = find_header(headers, "content-length")) {
    if (const auto bytes = number(*length)) {
      span_.set_attribute("http.response.body.size", Json(*bytes));
    }
  }
  if (const std::string* type = find_header(headers, "content-type")) {
    span_.set_attribute("http.response.header.content-type", Json(*type));
  }
  if (status >= 400) {
    span_.set_attribute("error.type", Json(std::to_string(status)));
    span_.set_error("");
  } else {
    span_.set_ok();
  }
  span_.end();
}

void HttpSpan::failed(const std::string& error) {
  span_.set_attribute("error.type", Json(error));
  span_.record_exception("Error", error);
  span_.set_error(error);
  span_.end();
}

}  // namespace iii::telemetry
