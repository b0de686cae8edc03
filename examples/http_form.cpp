// POST /photos: an HTML form with fields and files. Files are counted as they arrive, never kept.
// Needs an engine with an HTTP worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/client.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>
#include <iii/multipart.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>
#include <variant>

namespace {

// "title=Holiday photo=beach.png(20000 bytes) ".
struct Summary {
  static constexpr std::size_t text_bytes_max = 1000;  // of all; clients may send any number
  std::string text;
  bool is_file = false;
  std::size_t bytes = 0;

  void operator()(const iii::MultipartPart& part) {
    is_file = part.file_name.has_value();
    bytes = 0;
    text += part.name + "=" + part.file_name.value_or("");
  }
  void operator()(const iii::MultipartData& data) {
    bytes += data.bytes.size();
    if (!is_file) {
      text += data.bytes.substr(0, text_bytes_max - std::min(text.size(), text_bytes_max));
    }
  }
  void operator()(const iii::MultipartPartEnd&) {
    text += is_file ? "(" + std::to_string(bytes) + " bytes) " : " ";
  }
};

iii::HttpResponse<std::string> add(iii::HttpCall<>& call) {
  auto form = iii::MultipartParser::of(call.request.headers["content-type"], {.parts_max = 10});
  if (!form) {
    return {.status_code = 415, .body = form.error().message()};
  }
  Summary summary;
  const auto take = [&](const iii::MultipartEvent& event) { std::visit(summary, event); };
  while (const auto bytes = call.body().next_binary()) {
    if (const auto read = form->read(*bytes, take); !read) {
      return {.status_code = 400, .body = read.error().message()};
    }
  }
  if (const auto end = form->finish(); !end) {
    return {.status_code = 400, .body = end.error().message()};
  }
  return {.status_code = 201, .body = summary.text};
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "photos"});
  client.register_function("photos::add", iii::http(client, add));
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/photos", .http_method = iii::HttpMethod::post}
          .for_function("photos::add")
  );
  std::cerr << "POST /photos is registered\n";
  iii::run_until_signal(client);
}
