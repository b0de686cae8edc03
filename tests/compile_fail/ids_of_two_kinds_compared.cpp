// EXPECT: no match for .operator==|invalid operands to binary expression
#include "base/id.hpp"

bool same(iii::base::ConnectionId connection, iii::base::WorkerId worker) {
#ifdef SHOULD_FAIL
  return connection == worker;
#else
  return connection == connection && worker == worker;
#endif
}
