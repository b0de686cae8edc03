#include "workers/http_functions/address_rules.hpp"

#include "base/ip_address.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace iii::workers::http_functions {
namespace {

base::IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}

TEST(AddressRules, of_version_4_have_exact_borders) {
  const std::vector<std::pair<base::IpAddress, bool>> cases = {
      {v4(0, 0, 0, 0), true},          {v4(0, 255, 255, 255), true},
      {v4(1, 0, 0, 0), false},         {v4(9, 255, 255, 255), false},
      {v4(10, 0, 0, 0), true},         {v4(10, 255, 255, 255), true},
      {v4(11, 0, 0, 0), false},        {v4(100, 63, 255, 255), false},
      {v4(100, 64, 0, 0), true},       {v4(100, 127, 255, 255), true},
      {v4(100, 128, 0, 0), false},     {v4(126, 255, 255, 255), false},
      {v4(127, 0, 0, 1), true},        {v4(127, 255, 255, 255), true},
      {v4(128, 0, 0, 0), false},       {v4(169, 253, 0, 0), false},
      {v4(169, 254, 169, 254), true},  {v4(169, 255, 0, 0), false},
      {v4(172, 15, 0, 0), false},      {v4(172, 16, 0, 0), true},
      {v4(172, 31, 255, 255), true},   {v4(172, 32, 0, 0), false},
      {v4(192, 0, 0, 1), true},        {v4(192, 0, 1, 1), false},
      {v4(192, 0, 2, 1), true},        {v4(192, 167, 0, 0), false},
      {v4(192, 168, 1, 1), true},      {v4(192, 169, 0, 0), false},
      {v4(198, 17, 0, 0), false},      {v4(198, 19, 0, 0), true},
      {v4(198, 51, 100, 1), true},     {v4(198, 51, 101, 1), false},
      {v4(203, 0, 113, 1), true},      {v4(203, 0, 114, 1), false},
      {v4(223, 255, 255, 255), false}, {v4(224, 0, 0, 1), true},
      {v4(240, 0, 0, 1), true},        {v4(255, 255, 255, 255), true},
      {v4(8, 8, 8, 8), false},
  };
  for (const auto& [address, expected] : cases) {
    EXPECT_EQ(is_private(address), expected) << int{address[12]} << "." << int{address[13]} << "."
                                             << int{address[14]} << "." << int{address[15]};
  }
}

TEST(AddressRules, of_version_6_see_through_what_carries_version_4) {
  const std::vector<std::pair<base::IpAddress, bool>> cases = {
      {{}, true},                                                 // ::
      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, true},   // ::1
      {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1}, true},  // ::10.0.0.1
      {{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 127, 0, 0, 1}, true},
      {{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8}, false},
      {{0x00, 0x64, 0xff, 0x9b, 0, 1, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8}, true},
      {{0x20, 0x02, 192, 168, 1, 1}, true},
      {{0x20, 0x02, 8, 8, 8, 8}, false},
      {{0x01, 0x00, 0, 0, 0, 0, 0, 0, 1}, true},
      {{0x20, 0x01, 0x0d, 0xb8}, true},
      {{0x20, 0x01, 0x0d, 0xb9}, false},
      {{0xfb, 0xff}, false},
      {{0xfc, 0x00}, true},
      {{0xfd, 0xff}, true},
      {{0xfe, 0x7f}, false},
      {{0xfe, 0x80}, true},
      {{0xfe, 0xbf}, true},
      {{0xfe, 0xc0}, true},
      {{0xff, 0x02}, true},
      {{0x26, 0x06, 0x47, 0x00}, false},
  };
  for (const auto& [address, expected] : cases) {
    EXPECT_EQ(is_private(address), expected)
        << int{address[0]} << ":" << int{address[1]} << ":" << int{address[2]};
  }
}

}  // namespace
}  // namespace iii::workers::http_functions
