// EXPECT: iii: a function behind http\(\) takes an iii::HttpCall
// ERRORS: 1
#include <iii/client.hpp>
#include <iii/http_stream.hpp>

void offer(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.register_function("page::get", iii::http(client, [](const iii::HttpRequest<>& request) {
                             return request.path;
                           }));
#else
  client.register_function("page::get", [](const iii::HttpRequest<>& request) {
    return request.path;
  });
#endif
}
