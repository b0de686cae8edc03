// EXPECT: iii: the keys of a map must be std::string
#include <iii/describe.hpp>

#include <map>
#include <string>

#ifdef SHOULD_FAIL
using Key = int;
#else
using Key = std::string;
#endif

iii::Json schema() {
  return iii::json_schema<std::map<Key, int>>();
}
