// EXPECT: unused-result|ignoring return(ed)? value
#include <iii/client.hpp>

void listen(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.on_state_change([](iii::ConnectionState) {});
#else
  const iii::Subscription subscription = client.on_state_change([](iii::ConnectionState) {});
#endif
}
