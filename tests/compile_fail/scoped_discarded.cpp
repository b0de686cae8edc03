// EXPECT: unused-result|ignoring return(ed)? value|ignoring temporary
#include <iii/client.hpp>

void serve(const iii::FunctionRef& add) {
#ifdef SHOULD_FAIL
  iii::Scoped<iii::FunctionRef>{add};
#else
  const iii::Scoped scoped(add);
#endif
}
