#include "engine/config_http_functions.hpp"

#include "base/limits.hpp"
#include "engine/config.hpp"
#include "engine/config_section.hpp"
#include "engine/config_yaml.hpp"

#include <algorithm>
#include <string_view>

namespace iii::engine {

namespace limits = base::limits;

namespace {

// Only hosts are compared: anything more in a pattern would never fit, in silence.
bool is_host_pattern(std::string_view text) {
  const auto colons = std::ranges::count(text, ':');  // an IPv6 address has two at least
  return !text.empty() && colons != 1 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '/'; });
}

void read_security(YamlTree& tree, ConfigSection& section, HttpFunctionsConfig& config) {
  const YamlNode* const node = section.take("security");
  if (node == nullptr || node->kind == YamlNode::Kind::null) {
    return;
  }
  ConfigSection security(tree, node, section.path_of("security"), section.offset_of("security"));
  security.take_texts("url_allowlist", config.url_allowlist);
  const auto wrong = std::ranges::find_if_not(config.url_allowlist, is_host_pattern);
  if (wrong != config.url_allowlist.end()) {
    security.report(
        "url_allowlist",
        "holds patterns of hosts such as '*.example.com', without scheme, port and path; " +
            in_quotes(*wrong) + " is none"
    );
  }
  security.take_texts("secrets_allowlist", config.secrets_allowlist);
  security.take_flag("block_private_ips", config.block_private_ips);
  security.take_flag("require_https", config.require_https);
  security.finish();
}

}  // namespace

HttpFunctionsConfig read_http_functions_config(YamlTree& tree, ConfigSection& section) {
  HttpFunctionsConfig config;
  read_security(tree, section, config);
  section.take_milliseconds(
      "default_timeout_ms",
      milliseconds(1, limits::http_function_timeout_max),
      config.default_timeout
  );
  section.take_size(
      "requests_max", {.min = 1, .max = limits::http_function_requests_max}, config.requests_max
  );
  section.take_size(
      "requests_per_host_max",
      {.min = 1, .max = limits::http_function_requests_max},
      config.requests_per_host_max
  );
  section.take_size(
      "waiting_max", {.min = 1, .max = limits::http_function_waiting_max}, config.waiting_max
  );
  section.take_size(
      "response_bytes_max",
      {.min = 0, .max = limits::http_function_response_bytes_max},
      config.response_bytes_max
  );
  section.take_flag("trace_headers", config.trace_headers);
  return config;
}

}  // namespace iii::engine
