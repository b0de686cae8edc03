// EXPECT: iii: a function of an iii::HttpCall is registered as iii::http\(client, function\)
#include <iii/client.hpp>
#include <iii/http_stream.hpp>

void offer(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.register_function("page::get", [](iii::HttpCall<>& call) { call.response().close(); });
#else
  client.register_function("page::get", iii::http(client, [](iii::HttpCall<>& call) {
                             call.response().close();
                           }));
#endif
}
