// Routes that the worker serves itself: the description of all routes, and its page. They are
// routes like others, below those that triggers register: middleware runs before them too.
#include "base/limits.hpp"
#include "http/router.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/openapi.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/route_table.hpp"
#include "workers/worker.hpp"

#include <string>
#include <utility>

namespace iii::workers::http_worker {

namespace {

Route own_route(Service service, std::string path) {
  Route route;
  // Unlike any id that an SDK makes.
  route.trigger_id = "\x7f/ " + path;
  route.service = service;
  route.path = std::move(path);
  return route;
}

}  // namespace

void HttpWorker::add_own_routes() {
  if (!options_.openapi) {
    return;
  }
  (void)routes_.add(own_route(Service::openapi, options_.openapi->path));
  if (!options_.openapi->page_path.empty()) {
    (void)routes_.add(own_route(Service::openapi_page, options_.openapi->page_path));
  }
}

void HttpWorker::serve(Pending& pending, const Event& event) {
  if (pending.route->service == Service::openapi_page) {
    Answer page;
    page.lines =
        "content-type: text/html; charset=utf-8\r\n"
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; connect-src 'self'\r\n";
    page.own_body = openapi_page(options_.openapi->path);
    respond(pending, std::move(page), event);
    return;
  }
  const bool is_fresh =
      !openapi_text_.empty() && openapi_version_ == routes_.version() &&
      event.now.monotonic - openapi_asked_at_ < base::limits::http_function_facts_age_max;
  if (is_fresh) {
    send_openapi(pending, event);
  } else {
    call(pending, "engine::functions::list", R"({"include_internal":true})", event);
  }
}

void HttpWorker::on_functions_listed(
    Pending& pending, const std::string& functions_json, const Event& event
) {
  openapi_text_ = openapi_document(options_.openapi->info, routes_, functions_json);
  openapi_version_ = routes_.version();
  openapi_asked_at_ = event.now.monotonic;
  send_openapi(pending, event);
}

void HttpWorker::send_openapi(Pending& pending, const Event& event) {
  Answer answer;
  answer.lines = "content-type: application/json\r\n";
  answer.borrowed_body = openapi_text_;
  answer.is_borrowed = true;
  respond(pending, std::move(answer), event);
}

}  // namespace iii::workers::http_worker
