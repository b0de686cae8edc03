#include "workers/http_functions/address_rules.hpp"

#include "base/ip_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace iii::workers::http_functions {
namespace {

struct Network {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
};

// IANA's registries of special-purpose addresses.
constexpr std::array<Network, 14> networks_v4 = {{
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
}};

constexpr std::array<Network, 7> networks_v6 = {{
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48},  // NAT64 of a network of one's own
    {{0x01, 0x00}, 64},                          // is discarded
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0xfc}, 7},                                 // unique local
    {{0xfe, 0x80}, 10},                          // link-local
    {{0xfe, 0xc0}, 10},                          // site-local
    {{0xff}, 8},                                 // multicast
}};

// Behind these an IPv4 address stands.
constexpr std::array<Network, 4> carriers = {{
    {{}, 96},  // IPv4-compatible; the unspecified address and loopback are 0.0.0.0/8 of it
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},  // mapped
    {{0x00, 0x64, 0xff, 0x9b}, 96},                    // NAT64
    {{0x20, 0x02}, 16},                                // 6to4
}};

bool is_in(std::span<const std::uint8_t> address, const Network& network) noexcept {
  for (unsigned bit = 0; bit < network.bits; bit += 8) {
    const unsigned left = network.bits - bit;
    const unsigned mask = left >= 8 ? 0xffU : 0xffU << (8 - left);
    if (((address[bit / 8] ^ network.prefix[bit / 8]) & mask) != 0) {
      return false;
    }
  }
  return true;
}

bool is_in_any(std::span<const std::uint8_t> address, std::span<const Network> all) noexcept {
  return std::ranges::any_of(all, [&](const Network& one) { return is_in(address, one); });
}

}  // namespace

bool is_private(const base::IpAddress& address) noexcept {
  for (const Network& carrier : carriers) {
    if (is_in(address, carrier)) {
      const std::size_t start = carrier.bits / 8;
      return is_in_any(std::span(address).subspan(start, 4), networks_v4);
    }
  }
  return is_in_any(address, networks_v6);
}

}  // namespace iii::workers::http_functions
