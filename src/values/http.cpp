#include <iii/describe.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>

#include <string_view>

namespace iii::inline v0 {

std::string_view to_string(HttpMethod method) noexcept {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::put:
      return "PUT";
    case HttpMethod::patch:
      return "PATCH";
    case HttpMethod::delete_:
      return "DELETE";
    case HttpMethod::head:
      return "HEAD";
    case HttpMethod::options:
      break;
  }
  return "OPTIONS";
}

III_DEFINE_DESCRIBED_ENUM(
    HttpMethod,
    (get, renamed("GET")),
    (post, renamed("POST")),
    (put, renamed("PUT")),
    (patch, renamed("PATCH")),
    (delete_, renamed("DELETE")),
    (head, renamed("HEAD")),
    (options, renamed("OPTIONS"))
)
III_DEFINE_DESCRIBED((HttpRoute, defaulted), type, path, method)
III_DEFINE_DESCRIBED((HttpSetStatus, tagged("type", "set_status")), status_code)
III_DEFINE_DESCRIBED((HttpSetHeaders, tagged("type", "set_headers")), headers)
III_DEFINE_DESCRIBED((HttpMiddlewareRequest, defaulted), path_params, query_params, headers, method)
III_DEFINE_DESCRIBED((HttpMiddlewareInput, defaulted), phase, request, context)
III_DEFINE_DESCRIBED((HttpMiddlewareContinue, tagged("action", "continue")))
III_DEFINE_DESCRIBED((HttpMiddlewareRespond, tagged("action", "respond")), response)

}  // namespace iii::inline v0
