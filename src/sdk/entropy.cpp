#include "sdk/entropy.hpp"

#include "base/assert.hpp"

#include <openssl/rand.h>

namespace iii::sdk {

void Entropy::refill() {
  auto* const bytes = reinterpret_cast<unsigned char*>(numbers_.data());
  // Fails only where the system has no random numbers at all.
  III_ASSERT(RAND_bytes(bytes, sizeof numbers_) == 1, "the system has random numbers");
  used_ = 0;
}

}  // namespace iii::sdk
