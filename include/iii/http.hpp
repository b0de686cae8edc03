// What functions behind `http` triggers receive and answer.
//
//   iii::HttpResponse<Order> make(const iii::HttpRequest<NewOrder>& request) {
//     return {.status_code = 201, .body = store(request.body)};
//   }
//
// Functions that stream their answer, or read an upload: <iii/http_stream.hpp>.
#pragma once

#include <iii/channel_ref.hpp>
#include <iii/describe.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace iii::inline v0 {

III_DECLARE_DESCRIBED_ENUM(HttpMethod)

using HttpHeaders = std::map<std::string, std::string>;

// The trigger that a request came through.
struct HttpRoute {
  std::string type;
  std::string path;
  std::string method;

  friend bool operator==(const HttpRoute&, const HttpRoute&) = default;
};
III_DECLARE_DESCRIBED(HttpRoute)

// Every member has a default: any object can be read.
template <class T = Json>
struct HttpRequest {
  std::map<std::string, std::string> query_params;
  std::map<std::string, std::string> path_params;
  HttpHeaders headers;  // names in lower case
  std::string path;     // the pattern: "/items/:id"
  std::string method;   // "POST"
  T body{};             // null unless the content type is JSON
  std::optional<HttpRoute> trigger;
  // The raw bytes. Engines of line 0.11 end it only after the answer when the body is JSON.
  std::optional<StreamChannelRef> request_body;
  std::optional<StreamChannelRef> response;  // for answers that are streamed

  friend bool operator==(const HttpRequest&, const HttpRequest&) = default;

  III_DESCRIBE_INSIDE(
      (HttpRequest, iii::defaulted),
      query_params,
      path_params,
      headers,
      path,
      method,
      body,
      trigger,
      request_body,
      response
  )
};

template <class T = Json>
struct HttpResponse {
  std::uint16_t status_code = 200;
  HttpHeaders headers = {};
  T body{};

  friend bool operator==(const HttpResponse&, const HttpResponse&) = default;

  // The alias is what the Python SDK writes.
  III_DESCRIBE_INSIDE(
      HttpResponse,
      (status_code, iii::alias("statusCode")),
      (headers, iii::defaulted),
      (body, iii::defaulted)
  )
};

// The names of line 0.11.
template <class T = Json>
using ApiRequest = HttpRequest<T>;
template <class T = Json>
using ApiResponse = HttpResponse<T>;

// Text messages on the response channel; they count only before the first bytes.
struct HttpSetStatus {
  std::uint16_t status_code = 200;  // 100 to 599
};
III_DECLARE_DESCRIBED(HttpSetStatus)

struct HttpSetHeaders {
  HttpHeaders headers;  // added to those set before
};
III_DECLARE_DESCRIBED(HttpSetHeaders)

using HttpControl = std::variant<HttpSetStatus, HttpSetHeaders>;

// What middleware sees of a request: neither path nor body.
struct HttpMiddlewareRequest {
  std::map<std::string, std::string> path_params;
  std::map<std::string, std::string> query_params;
  HttpHeaders headers;
  std::string method;
};
III_DECLARE_DESCRIBED(HttpMiddlewareRequest)

struct HttpMiddlewareInput {
  std::string phase;  // "preHandler"
  HttpMiddlewareRequest request;
  Json context = JsonObject();
};
III_DECLARE_DESCRIBED(HttpMiddlewareInput)

struct HttpMiddlewareContinue {};
III_DECLARE_DESCRIBED(HttpMiddlewareContinue)

// Ends the request with this response.
struct HttpMiddlewareRespond {
  HttpResponse<> response;
};
III_DECLARE_DESCRIBED(HttpMiddlewareRespond)

using HttpMiddlewareResult = std::variant<HttpMiddlewareContinue, HttpMiddlewareRespond>;

}  // namespace iii::inline v0
