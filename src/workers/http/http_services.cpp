// Routes that the worker serves itself: files, the description of all routes, its page. They are
// routes like others, below those that triggers register: middleware runs before them too.
#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "workers/http/answer.hpp"
#include "workers/http/http_worker.hpp"
#include "workers/http/openapi.hpp"
#include "workers/http/orders.hpp"
#include "workers/http/pending.hpp"
#include "workers/http/route_table.hpp"
#include "workers/http/static_files.hpp"
#include "workers/worker.hpp"

#include <iii/engine_error.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::workers::http_worker {

namespace {

Route own_route(Service service, std::string path) {
  Route route;
  route.service = service;
  route.path = std::move(path);
  return route;
}

}  // namespace

void HttpWorker::add_own(Route route) {
  if (options_.counts_routes) {
    route.counts = metrics_.counts_of(to_string(route.method), route.path);
  }
  const EngineStatus added = routes_.add(std::move(route));
  III_ASSERT(added, "the configuration has been checked: its paths can be served");
}

void HttpWorker::add_own_routes() {
  for (std::size_t i = 0; i < options_.folders.size(); ++i) {
    std::string path = options_.folders[i].path;
    if (!path.ends_with('/')) {
      Route bare = own_route(Service::files, path);
      bare.folder = i;
      add_own(std::move(bare));
      path += '/';
    }
    for (const std::string_view rest : {"", "{*file}"}) {
      Route route = own_route(Service::files, path + std::string(rest));
      route.folder = i;
      add_own(std::move(route));
    }
  }
  if (!options_.openapi) {
    return;
  }
  add_own(own_route(Service::openapi, options_.openapi->path));
  if (!options_.openapi->page_path.empty()) {
    add_own(own_route(Service::openapi_page, options_.openapi->page_path));
  }
}

// What of the request counts is needed after its views have gone.
void HttpWorker::note_file(Pending& pending, const http::Request& request) {
  const StaticOptions& folder = options_.folders[pending.route->folder];
  const std::string_view rest =
      request.path().substr(std::min(folder.path.size(), request.path().size()));
  pending.file = std::make_unique<FileRequest>();
  pending.file->folder = pending.route->folder;
  pending.file->name = file_name(rest, folder.index).value_or("");
  read_conditions(request, *pending.file);
}

void HttpWorker::serve_file(Pending& pending, const Event& event) {
  const std::string& path = options_.folders[pending.file->folder].path;
  if (pending.route->path == path && !path.ends_with('/')) {
    // Links of the index are relative to its folder.
    Answer moved;
    moved.status = 308;
    moved.lines = "location: " + path + "/\r\n";
    respond(pending, std::move(moved), event);
  } else if (pending.file->name.empty()) {
    respond(pending, not_found(options_.errors), event);
  } else {
    order(OpenFile{pending.id, pending.file->folder, pending.file->name});
  }
}

void HttpWorker::on_file(
    RequestId id, const std::optional<FileFacts>& facts, base::Now now, Outputs& outputs
) {
  Pending* pending = pending_.find(id);
  if (pending == nullptr || pending->file == nullptr) {
    return;
  }
  const Event event{now, outputs};
  if (!facts) {
    respond(*pending, not_found(options_.errors), event);
    return;
  }
  const FileRequest& request = *pending->file;
  FileAnswer answer = answer_of_file(request, *facts, options_.folders[request.folder].max_age);
  cors_.append(pending->origin, answer.lines);
  pending->status = answer.status;
  pending->bytes = answer.status == 304 ? 0 : answer.bytes;
  order(SendFile{id, answer.status, std::move(answer.lines), answer.offset, answer.bytes});
  finish(*pending, event);
}

void HttpWorker::serve(Pending& pending, const Event& event) {
  if (pending.route->service == Service::files) {
    serve_file(pending, event);
    return;
  }
  if (pending.route->service == Service::openapi_page) {
    Answer page;
    page.lines =
        "content-type: text/html; charset=utf-8\r\n"
        "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; connect-src 'self'\r\n";
    page.body = Body(openapi_page(options_.openapi->path));
    respond(pending, std::move(page), event);
    return;
  }
  const bool is_fresh =
      !openapi_text_.empty() && openapi_version_ == routes_.version() &&
      event.now.monotonic - openapi_asked_at_ < base::limits::http_function_facts_age_max;
  if (is_fresh) {
    send_openapi(pending, event);
  } else if (openapi_asker_) {
    openapi_waiting_.push_back(pending.id);
  } else {
    ask_functions(pending, event);
  }
}

// One list for all that ask meanwhile: its text is large, and to describe it takes its time.
void HttpWorker::ask_functions(Pending& pending, const Event& event) {
  openapi_asker_ = pending.id;
  call(pending, "engine::functions::list", R"({"include_internal":true})", event);
}

void HttpWorker::on_functions_listed(
    Pending& pending, const std::string& functions_json, const Event& event
) {
  const std::size_t functions = std::hash<std::string_view>{}(functions_json);
  const bool has_changed = openapi_text_.empty() || openapi_version_ != routes_.version() ||
                           openapi_functions_ != functions;
  if (has_changed) {
    const OpenapiInfo info = options_.openapi ? options_.openapi->info : OpenapiInfo{};
    openapi_text_ = openapi_document(info, routes_, functions_json);
    openapi_version_ = routes_.version();
    openapi_functions_ = functions;
  }
  openapi_asked_at_ = event.now.monotonic;
  openapi_asker_.reset();
  const std::vector<RequestId> waiting = std::exchange(openapi_waiting_, {});
  send_openapi(pending, event);
  for (const RequestId id : waiting) {
    if (Pending* next = find_openapi_waiter(id)) {
      send_openapi(*next, event);
    }
  }
}

Pending* HttpWorker::find_openapi_waiter(RequestId id) {
  Pending* pending = pending_.find(id);
  const bool waits = pending != nullptr && pending->step == Step::function &&
                     pending->route->service == Service::openapi && !pending->call;
  return waits ? pending : nullptr;
}

// Who asked has gone without an answer: the next one asks.
void HttpWorker::leave_openapi(RequestId gone, const Event& event) {
  if (openapi_asker_ != gone) {
    return;
  }
  openapi_asker_.reset();
  const std::vector<RequestId> waiting = std::exchange(openapi_waiting_, {});
  for (const RequestId id : waiting) {
    if (Pending* next = find_openapi_waiter(id)) {
      if (openapi_asker_) {
        openapi_waiting_.push_back(id);
      } else {
        ask_functions(*next, event);
      }
    }
  }
}

void HttpWorker::send_openapi(Pending& pending, const Event& event) {
  Answer answer;
  answer.lines = "content-type: application/json\r\n";
  answer.body = Body::borrowed(openapi_text_);
  respond(pending, std::move(answer), event);
}

}  // namespace iii::workers::http_worker
