// EXPECT: unused-result|ignoring return(ed)? value
#include <iii/client.hpp>

void use(iii::Client& client) {
#ifdef SHOULD_FAIL
  client.try_trigger({.function_id = "f"});
#else
  static_cast<void>(client.try_trigger({.function_id = "f"}));
#endif
}
