// Routes registered and removed, and requests: the tree agrees with a list that tries every route.
#include "base/assert.hpp"
#include "fuzz/bytes.hpp"
#include "fuzz/slow_router.hpp"
#include "http/router.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http = iii::http;

namespace {

constexpr std::array<std::string_view, 14> segments = {
    "a", "b", "", "ab", ":x", ":y", "{z}", "a{x}", "{*r}", ":*r", "a{*r}", "{{", "}}", "{"
};
constexpr std::array<std::string_view, 7> sent_segments = {"a", "b", "", "ab", "{", "}", "abc"};

template <std::size_t count>
std::string path(iii::test::Bytes& bytes, const std::array<std::string_view, count>& words) {
  std::string text;
  for (std::size_t i = 1 + bytes.below(4); i > 0; --i) {
    text.append("/").append(bytes.pick(words));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  iii::test::Bytes bytes({data, size});
  http::Router router;
  iii::test::SlowRouter slow;
  http::Router::RouteId next = 1;
  while (!bytes.empty()) {
    const auto method = static_cast<http::Method>(bytes.below(http::methods_count));
    switch (bytes.below(4)) {
      case 0:
      case 1: {
        const std::string route = path(bytes, segments);
        const bool is_added = static_cast<bool>(router.add(method, route, next));
        III_ASSERT(is_added == slow.add(method, route, next), "they accept different routes");
        ++next;
        break;
      }
      case 2: {
        const std::string route = path(bytes, segments);
        router.remove(method, route);
        slow.remove(method, route);
        break;
      }
      default: {
        const std::string sent = path(bytes, sent_segments);
        const http::Router::Finding found = router.find(method, sent);
        const http::Router::Finding expected = slow.find(method, sent);
        III_ASSERT(found.route == expected.route, "they find different routes");
        III_ASSERT(found.methods == expected.methods, "they allow different methods");
      }
    }
    III_ASSERT(router.size() == slow.size(), "they have different numbers of routes");
  }
  return 0;
}
