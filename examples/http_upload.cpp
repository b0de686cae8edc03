// POST /uploads: the body goes straight to a file, whatever its size. Needs an engine with an HTTP
// worker; its address comes from III_URL.
#include <iii/builtin_triggers.hpp>
#include <iii/channel.hpp>
#include <iii/client.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iostream>
#include <string>

namespace {

iii::HttpResponse<std::string> store(iii::HttpCall<>& call) {
  const std::string path = std::filesystem::temp_directory_path() / "iii_upload.bin";
  std::ofstream file(path, std::ios::binary);
  iii::ChannelReader& body = call.body();
  const std::size_t bytes = body.read_into(file);
  return {.status_code = 201, .body = std::to_string(bytes) + " bytes are in " + path};
}

}  // namespace

int main() {
  iii::Client client = iii::register_worker({.worker_name = "uploads"});
  client.register_function("uploads::store", iii::http(client, store));
  client.register_trigger(
      iii::HttpTriggerConfig{.api_path = "/uploads", .http_method = iii::HttpMethod::post}
          .for_function("uploads::store")
  );
  std::cerr << "POST /uploads is registered\n";
  iii::run_until_signal(client);
}
