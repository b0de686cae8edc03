// Notes behind URLs: POST /notes, GET /notes, GET, PUT and DELETE /notes/:id. Needs an engine with
// an HTTP worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/json.hpp>

#include <cstdint>
#include <iostream>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace {

using Request = iii::HttpRequest<>;
using Response = iii::HttpResponse<>;

Response problem(std::uint16_t status, const std::string& what) {
  return {.status_code = status, .body = {{"problem", what}}};
}

// Functions run on several threads.
class Notes {
 public:
  Response add(const Request& request) {
    const iii::Json* text = text_of(request);
    if (text == nullptr) {
      return problem(400, "a note is an object with a text");
    }
    const std::scoped_lock lock(mutex_);
    const std::string id = std::to_string(++last_);
    notes_[id] = *text;
    return {.status_code = 201, .headers = {{"location", "/notes/" + id}}, .body = note(id)};
  }
  Response list(const Request&) {
    const std::scoped_lock lock(mutex_);
    iii::JsonArray all;
    for (const auto& [id, text] : notes_) {
      all.push_back(note(id));
    }
    return {.body = std::move(all)};
  }
  Response read(const Request& request) {
    const std::scoped_lock lock(mutex_);
    const std::string& id = request.path_params.at("id");
    return notes_.contains(id) ? Response{.body = note(id)}
                               : problem(404, "there is no note " + id);
  }
  Response change(const Request& request) {
    const iii::Json* text = text_of(request);
    if (text == nullptr) {
      return problem(400, "a note is an object with a text");
    }
    const std::scoped_lock lock(mutex_);
    const std::string& id = request.path_params.at("id");
    if (!notes_.contains(id)) {
      return problem(404, "there is no note " + id);
    }
    notes_[id] = *text;
    return {.body = note(id)};
  }
  Response remove(const Request& request) {
    const std::scoped_lock lock(mutex_);
    const std::string& id = request.path_params.at("id");
    return notes_.erase(id) != 0 ? Response{.status_code = 204}
                                 : problem(404, "there is no note " + id);
  }

 private:
  static const iii::Json* text_of(const Request& request) {
    const auto* const object = request.body.if_object();
    const iii::Json* const text = object == nullptr ? nullptr : object->if_contains("text");
    return text != nullptr && text->is_string() ? text : nullptr;
  }
  [[nodiscard]] iii::Json note(const std::string& id) const {
    return {{"id", id}, {"text", notes_.at(id)}};
  }

  std::mutex mutex_;
  std::map<std::string, iii::Json> notes_;
  int last_ = 0;
};

}  // namespace

int main() {
  Notes notes;
  iii::Client client = iii::register_worker({.worker_name = "notes"});
  const auto serve = [&](iii::HttpMethod method, std::string path, std::string id, auto function) {
    client.register_function(id, [&notes, function](const Request& request) {
      return (notes.*function)(request);
    });
    client.register_trigger(
        iii::HttpTriggerConfig{.api_path = std::move(path), .http_method = method}.for_function(
            std::move(id)
        )
    );
  };
  serve(iii::HttpMethod::post, "/notes", "notes::add", &Notes::add);
  serve(iii::HttpMethod::get, "/notes", "notes::list", &Notes::list);
  serve(iii::HttpMethod::get, "/notes/:id", "notes::read", &Notes::read);
  serve(iii::HttpMethod::put, "/notes/:id", "notes::change", &Notes::change);
  serve(iii::HttpMethod::delete_, "/notes/:id", "notes::remove", &Notes::remove);
  std::cerr << "/notes is registered\n";
  iii::run_until_signal(client);
}
