// The description of all routes as OpenAPI 3.1: from routes, and from what the engine knows about
// their functions, to JSON text. Pure.
#pragma once

#include "workers/http/route_table.hpp"

#include <string>
#include <string_view>

namespace iii::workers::http_worker {

struct OpenapiInfo {
  std::string title = "Functions";
  std::string version = "1";
};

// `functions_json`: the result of engine::functions::list.
[[nodiscard]] std::string openapi_document(
    const OpenapiInfo& info, const RouteTable& routes, std::string_view functions_json
);

// "/orders/{id}" of "/orders/:id".
[[nodiscard]] std::string openapi_path(std::string_view route_path);

// A page that shows the document at `document_path`; it needs no other host.
[[nodiscard]] std::string openapi_page(std::string_view document_path);

}  // namespace iii::workers::http_worker
