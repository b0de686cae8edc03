#include "net/descriptor.hpp"

#include <unistd.h>

namespace iii::net {

void Descriptor::reset() noexcept {
  if (fd_ >= 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

}  // namespace iii::net
