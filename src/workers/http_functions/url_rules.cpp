#include "workers/http_functions/url_rules.hpp"

#include "base/lower_ascii.hpp"
#include "libcurl/libcurl.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http_functions/address_rules.hpp"

#include <iii/result.hpp>

#include <curl/urlapi.h>
#include <fnmatch.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

using Handle = std::unique_ptr<CURLU, decltype(libcurl::Functions::url_cleanup)>;

// Empty: there is none.
std::string part_of(const Handle& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (libcurl::api().url_get(url.get(), part, &text, flags) != CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, decltype(libcurl::Functions::free)> owned(text, libcurl::api().free);
  return text;
}

// A name that never leads anywhere else (RFC 6761 §6.3), and that libcurl does not even look up.
bool is_loopback_name(std::string_view host) {
  const std::string_view name = host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
  return name == "localhost" || name.ends_with(".localhost");
}

protocol::ErrorBody refusal(std::string message) {
  return protocol::error_body(protocol::codes::url_validation_failed, std::move(message));
}

}  // namespace

bool is_allowed(const std::string& text, const std::vector<std::string>& patterns) {
  return patterns.empty() || std::ranges::any_of(patterns, [&](const std::string& pattern) {
           return ::fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE) == 0;
         });
}

Result<CheckedUrl, protocol::ErrorBody> check_url(
    std::string_view url, const UrlRules& rules, AddressReader read_address
) {
  const Handle handle(libcurl::api().url(), libcurl::api().url_cleanup);
  // The library cannot see a zero, and would request what stands before it.
  const bool is_text = url.find('\0') == std::string_view::npos;
  const std::string copy(url);
  if (!is_text ||
      libcurl::api().url_set(handle.get(), CURLUPART_URL, copy.c_str(), CURLU_URLENCODE) !=
          CURLUE_OK) {
    return refusal("Invalid URL");
  }
  const std::string scheme = part_of(handle, CURLUPART_SCHEME);
  CheckedUrl checked;
  checked.host = part_of(handle, CURLUPART_HOST);
  std::ranges::transform(checked.host, checked.host.begin(), base::lower_ascii);
  // What other letters stand for would depend on the locale: such a name is given as xn--….
  const bool is_ascii =
      std::ranges::all_of(checked.host, [](char c) { return c > ' ' && c < '\x7f'; });
  if (checked.host.empty() || !is_ascii || (scheme != "https" && scheme != "http") ||
      libcurl::api().url_set(handle.get(), CURLUPART_HOST, checked.host.c_str(), 0) != 0 ||
      libcurl::api().url_set(handle.get(), CURLUPART_FRAGMENT, nullptr, 0) != 0) {
    return refusal("Invalid URL");
  }
  checked.text = part_of(handle, CURLUPART_URL);
  checked.authority = checked.host + ":" + part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (checked.host.starts_with('[')) {
    checked.host = checked.host.substr(1, checked.host.size() - 2);
  }
  if (rules.requires_https && scheme != "https") {
    return refusal("HTTPS is required");
  }
  if (!is_allowed(checked.host, rules.allowlist)) {
    return refusal("URL not in allowlist");
  }
  const auto address = read_address(checked.host);
  if (rules.blocks_private &&
      (is_loopback_name(checked.host) || (address && is_private(*address)))) {
    return refusal("Private IP blocked");
  }
  return checked;
}

}  // namespace iii::workers::http_functions
