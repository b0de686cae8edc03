#include "workers/http_functions/response.hpp"

#include "base/utf8.hpp"
#include "core/listings.hpp"
#include "json/scan.hpp"
#include "protocol/error_body.hpp"
#include "protocol/error_codes.hpp"
#include "workers/http_functions/options.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace iii::workers::http_functions {

namespace codes = protocol::codes;

namespace {

// Of the status, whatever the server has written behind it.
protocol::ErrorBody status_error(unsigned status) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  std::string message = "HTTP " + std::to_string(status) + " ";
  message.append(reason.data(), reason.size());
  return protocol::error_body(codes::http_error, std::move(message));
}

// Precondition: `body` is JSON.
protocol::ErrorBody error_in(unsigned status, std::string_view body) {
  const boost::json::value value = core::parsed(body);
  const boost::json::value* error =
      value.is_object() ? value.get_object().if_contains("error") : nullptr;
  if (error == nullptr) {
    return status_error(status);
  }
  const auto text = [error](std::string_view name, std::string_view otherwise) {
    const boost::json::value* member =
        error->is_object() ? error->get_object().if_contains(name) : nullptr;
    return std::string(
        member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                 : otherwise
    );
  };
  return protocol::error_body(
      text("code", codes::http_error), text("message", "HTTP request failed")
  );
}

}  // namespace

Answer answer_of(unsigned status, std::string_view body, Redirects redirects) {
  const bool is_text = base::is_utf8(body);
  const auto problem = json::validate(body);
  const bool is_json = is_text && !problem;
  if (status >= 400) {
    return {{}, is_json ? error_in(status, body) : status_error(status)};
  }
  if (status >= 200 && status < 300) {
    if (is_json || body.empty()) {
      return {std::string(body), {}};
    }
    std::string reason = "the response is no JSON: ";
    if (is_text) {
      reason.append(json::to_string(problem->reason));
      reason.append(" at byte ").append(std::to_string(problem->offset));
    } else {
      reason.append("it is not UTF-8");
    }
    return {{}, protocol::error_body(codes::invalid_response, std::move(reason))};
  }
  if (redirects == Redirects::are_errors) {
    return {{}, status_error(status)};
  }
  return {is_json ? std::string(body) : std::string(), {}};
}

}  // namespace iii::workers::http_functions
