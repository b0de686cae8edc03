#include <iii/describe.hpp>
#include <iii/http.hpp>

namespace iii::inline v0 {

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
