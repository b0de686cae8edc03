// What a worker says about a function that is run by an HTTP request: its `invocation` block, read
// and checked once, when the function is registered (spec: engine-core §13.1).
#pragma once

#include "protocol/error_body.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/url_rules.hpp"

#include <iii/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {

struct Authentication {
  enum class Kind : std::uint8_t { none, hmac, header };
  Kind kind = Kind::none;
  std::string name;   // of the header
  std::string value;  // of the header, or the secret
};

struct Endpoint {
  std::string function_id;
  CheckedUrl url;
  std::string method = "POST";
  std::vector<std::pair<std::string, std::string>> headers;
  Authentication authentication;
  std::chrono::milliseconds timeout{0};
  unsigned retries = 0;  // ours
};

// The value of an environment variable of this process.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// Or why there can be no such function. Precondition: `invocation_json` is well-formed.
[[nodiscard]] Result<Endpoint, protocol::ErrorBody> read_endpoint(
    std::string_view function_id,
    std::string_view invocation_json,
    const Options& options,
    const Environment& environment,
    AddressReader read_address
);

}  // namespace iii::workers::http_functions
