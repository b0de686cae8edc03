// EXPECT: could not convert|no known conversion
#include "base/id.hpp"

using iii::base::ChannelId;
using iii::base::InvocationId;

InvocationId echo(InvocationId id) {
  return id;
}

InvocationId call(InvocationId invocation, ChannelId channel) {
  static_cast<void>(invocation);
  static_cast<void>(channel);
#ifdef SHOULD_FAIL
  return echo(channel);
#else
  return echo(invocation);
#endif
}
