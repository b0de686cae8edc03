// streamload: the functions that bench/http_limits ill-treats, behind http triggers.
//
//   streamload URL     serves until the end of its input
//
//   GET  /small        a few bytes
//   GET  /zeros        a gigabyte, at the pace of the client
//   POST /sink         reads the body and tells its length
//   POST /unread       reads one piece of the body and leaves the rest, for as long as it runs
//   POST /json         has a JSON body
#include <iii/builtin_triggers.hpp>
#include <iii/channel.hpp>
#include <iii/client.hpp>
#include <iii/function.hpp>
#include <iii/http.hpp>
#include <iii/http_method.hpp>
#include <iii/http_stream.hpp>
#include <iii/task.hpp>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using iii::HttpCall;
using iii::HttpMethod;

iii::HttpResponse<> small(const iii::HttpRequest<>& /*request*/) {
  return {.status_code = 200, .body = {{"answer", 42}}};
}

iii::Task<void> zeros(HttpCall<> call) {
  constexpr std::size_t pieces = 16'384;
  constexpr std::size_t piece_bytes = 65'536;
  call.response().set_headers({{"content-type", "application/octet-stream"}});
  for (std::size_t i = 0; i < pieces; ++i) {
    co_await call.response().write_async(std::string(piece_bytes, '\0'));
  }
}

iii::Task<iii::HttpResponse<>> sink(HttpCall<> call) {
  std::size_t bytes = 0;
  while (const std::optional<std::string> piece = co_await call.body().next_binary_async()) {
    bytes += piece->size();
  }
  co_return iii::HttpResponse<>{.status_code = 200, .body = {{"bytes", bytes}}};
}

// Copies of a call keep its channels.
class Unread {
 public:
  void keep(HttpCall<> call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }

 private:
  std::mutex mutex_;
  std::vector<HttpCall<>> calls_;
};

iii::Task<void> read_one_piece(HttpCall<> call, Unread* unread) {
  static_cast<void>(co_await call.body().next_async());
  unread->keep(std::move(call));
}

void serve(
    iii::Client& client, const std::string& name, HttpMethod method, iii::Function function
) {
  client.register_function("limits::" + name, std::move(function));
  client.register_trigger(iii::HttpTriggerConfig{.api_path = "/" + name, .http_method = method}
                              .for_function("limits::" + name));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: streamload URL\n";
    return EXIT_FAILURE;
  }
  try {
    Unread unread;
    iii::Client client = iii::register_worker(argv[1]);
    serve(client, "json", HttpMethod::post, small);
    serve(client, "zeros", HttpMethod::get, iii::http(client, zeros));
    serve(client, "sink", HttpMethod::post, iii::http(client, sink));
    serve(client, "unread", HttpMethod::post, iii::http(client, [&unread](HttpCall<>& call) {
            return read_one_piece(call, &unread);
          }));
    serve(client, "small", HttpMethod::get, small);  // last: when it answers, all do
    for (std::string line; std::getline(std::cin, line);) {
    }
    client.shutdown();
  } catch (const std::exception& error) {
    std::cerr << "streamload: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
