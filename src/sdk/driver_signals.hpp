// The SDK's threads and signals: a library's threads take no signal that its program waits for.
#pragma once

#include <csignal>

namespace iii::sdk {

// While it lives, threads that this thread starts have all signals blocked but those that a thread
// causes itself, such as SIGSEGV, and SIGPROF.
class BlockedSignals {
 public:
  BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals();

 private:
  sigset_t before_{};
};

}  // namespace iii::sdk
