#include "workers/http_functions/endpoint.hpp"

#include "base/header_text.hpp"
#include "base/limits.hpp"
#include "base/lower_ascii.hpp"
#include "base/time.hpp"
#include "core/listings.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http_functions/options.hpp"
#include "workers/http_functions/url_rules.hpp"

#include <iii/result.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_functions {

namespace codes = protocol::codes;
using protocol::ErrorBody;

namespace {

constexpr std::array<std::string_view, 5> methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};

// Which host the request is for is not the function's to say: others share the connection.
bool is_own_header(std::string_view name) {
  return base::is_connection_header(name) || base::equals_without_case(name, "expect") ||
         base::equals_without_case(name, "host");
}

class Reading {
 public:
  Reading(const Options& options, const Environment& environment, AddressReader read_address)
      : options_(options), environment_(environment), read_address_(read_address) {}

  [[nodiscard]] std::optional<ErrorBody> read(const boost::json::value& block, Endpoint& out) {
    if (!block.is_object()) {
      refuse("'invocation' must be an object");
      return std::move(error_);
    }
    const boost::json::object& members = block.get_object();
    read_method(members, out);
    read_numbers(members, out);
    read_headers(members, out);
    if (!error_) {
      read_url(members, out);
    }
    if (const boost::json::value* auth = members.if_contains("auth");
        auth && !auth->is_null() && !error_) {
      read_authentication(*auth, out.authentication);
    }
    return std::move(error_);
  }

 private:
  void refuse(std::string message) { refuse(codes::invalid_invocation, std::move(message)); }
  void refuse(std::string_view code, std::string message) {
    if (!error_) {
      error_ = protocol::error_body(code, std::move(message));
    }
  }

  // Empty: absent, or refused.
  std::string text(
      const boost::json::object& members, std::string_view name, std::string_view owner
  ) {
    const boost::json::value* value = members.if_contains(name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) {
      refuse("'" + std::string(owner) + std::string(name) + "' is required and must be a text");
      return {};
    }
    return std::string(value->get_string());
  }

  void read_method(const boost::json::object& members, Endpoint& out) {
    const boost::json::value* method = members.if_contains("method");
    if (method == nullptr) {
      return;
    }
    if (!method->is_string() ||
        std::ranges::find(methods, std::string_view(method->get_string())) == methods.end()) {
      refuse("'invocation.method' must be GET, POST, PUT, PATCH or DELETE");
      return;
    }
    out.method = std::string(method->get_string());
  }

  // Leaves `target` as it is when the member is absent or null.
  void read_number(
      const boost::json::object& members,
      std::string_view name,
      std::uint64_t max,
      std::uint64_t& target
  ) {
    const boost::json::value* value = members.if_contains(name);
    if (value == nullptr || value->is_null()) {
      return;
    }
    boost::system::error_code not_whole;
    const auto number = value->is_number() ? value->to_number<std::uint64_t>(not_whole) : 0;
    if (!value->is_number() || value->is_double() || not_whole || number > max) {
      refuse(
          "'invocation." + std::string(name) + "' must be a whole number" +
          (max == UINT64_MAX ? std::string() : " of at most " + std::to_string(max))
      );
      return;
    }
    target = number;
  }

  void read_numbers(const boost::json::object& members, Endpoint& out) {
    auto timeout_ms = static_cast<std::uint64_t>(options_.timeout.count());
    read_number(members, "timeout_ms", UINT64_MAX, timeout_ms);
    const auto longest = std::chrono::milliseconds(base::duration_max).count();
    out.timeout =
        std::chrono::milliseconds(std::min(timeout_ms, static_cast<std::uint64_t>(longest)));
    std::uint64_t retries = 0;
    read_number(members, "retries", base::limits::http_function_retries_max, retries);
    out.retries = static_cast<unsigned>(retries);
  }

  void read_headers(const boost::json::object& members, Endpoint& out) {
    const boost::json::value* headers = members.if_contains("headers");
    if (headers == nullptr) {
      return;
    }
    if (!headers->is_object()) {
      refuse("'invocation.headers' must be an object of texts");
      return;
    }
    for (const auto& [name, value] : headers->get_object()) {
      if (!value.is_string() || !base::is_token(name) ||
          !base::is_header_value(value.get_string()) || is_own_header(name)) {
        refuse("header '" + std::string(name) + "' cannot be sent by a function");
        return;
      }
      out.headers.emplace_back(name, value.get_string());
    }
  }

  void read_url(const boost::json::object& members, Endpoint& out) {
    const boost::json::value* url = members.if_contains("url");
    if (url == nullptr || !url->is_string()) {
      refuse("'invocation.url' is required and must be a text");
      return;
    }
    auto checked = check_url(url->get_string(), options_.urls, read_address_);
    if (checked) {
      out.url = *std::move(checked);
    } else {
      error_ = checked.error();
    }
  }

  // The value of the variable that the member names.
  std::string secret(
      const boost::json::object& auth, std::string_view name, std::string_view code_if_missing
  ) {
    const std::string variable = text(auth, name, "invocation.auth.");
    if (error_) {
      return {};
    }
    if (!is_allowed(variable, options_.secrets_allowlist)) {
      refuse(code_if_missing, "the configuration keeps the environment variable " + variable);
      return {};
    }
    auto value = environment_(variable);
    if (!value) {
      refuse(code_if_missing, "the environment variable " + variable + " is not set");
      return {};
    }
    // Of files whose last line ends, for one.
    if (code_if_missing != codes::secret_not_found && !base::is_header_value(*value)) {
      refuse("the value of the environment variable " + variable + " cannot stand in a header");
    }
    return *std::move(value);
  }

  void read_authentication(const boost::json::value& value, Authentication& out) {
    if (!value.is_object()) {
      refuse("'invocation.auth' must be an object");
      return;
    }
    const boost::json::object& auth = value.get_object();
    const std::string type = text(auth, "type", "invocation.auth.");
    if (type == "hmac") {
      out = {Authentication::Kind::hmac, {}, secret(auth, "secret_key", codes::secret_not_found)};
    } else if (type == "bearer") {
      out = {
          Authentication::Kind::header,
          "authorization",
          "Bearer " + secret(auth, "token_key", codes::token_not_found)
      };
    } else if (type == "api_key") {
      const std::string header = text(auth, "header", "invocation.auth.");
      if (!error_ && (!base::is_token(header) || is_own_header(header))) {
        refuse("header '" + header + "' cannot be sent by a function");
      }
      out = {
          Authentication::Kind::header, header, secret(auth, "value_key", codes::api_key_not_found)
      };
    } else {
      refuse("'invocation.auth.type' must be hmac, bearer or api_key");
    }
  }

  const Options& options_;
  const Environment& environment_;
  AddressReader read_address_;
  std::optional<ErrorBody> error_;
};

}  // namespace

Result<Endpoint, ErrorBody> read_endpoint(
    std::string_view function_id,
    std::string_view invocation_json,
    const Options& options,
    const Environment& environment,
    AddressReader read_address
) {
  if (invocation_json.size() > base::limits::http_function_block_bytes_max) {
    return protocol::error_body(
        codes::invalid_invocation,
        "'invocation' has more than " +
            std::to_string(base::limits::http_function_block_bytes_max) + " bytes"
    );
  }
  if (!base::is_header_value(function_id)) {
    return protocol::error_body(
        codes::invalid_invocation, "the id stands in a header, where it may not have line breaks"
    );
  }
  Endpoint endpoint;
  endpoint.function_id = function_id;
  Reading reading(options, environment, read_address);
  if (auto error = reading.read(core::parsed(invocation_json), endpoint)) {
    return *std::move(error);
  }
  return endpoint;
}

}  // namespace iii::workers::http_functions
