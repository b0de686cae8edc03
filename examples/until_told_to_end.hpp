// For workers: waits for SIGINT or SIGTERM. Made before the client starts its threads, so that the
// signals wait.
#pragma once

#include <csignal>

class UntilToldToEnd {
 public:
  UntilToldToEnd() {
    sigemptyset(&endings_);
    sigaddset(&endings_, SIGINT);
    sigaddset(&endings_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &endings_, nullptr);
  }

  void wait() const {
    int signal = 0;
    sigwait(&endings_, &signal);
  }

 private:
  sigset_t endings_{};
};
