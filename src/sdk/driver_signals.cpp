#include "sdk/driver_signals.hpp"

#include "sdk/driver.hpp"

#include <iii/client.hpp>
#include <iii/options.hpp>

#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <system_error>

namespace iii::sdk {

BlockedSignals::BlockedSignals() {
  sigset_t blocked;
  sigfillset(&blocked);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
    sigdelset(&blocked, signal);
  }
  pthread_sigmask(SIG_BLOCK, &blocked, &before_);
}

BlockedSignals::~BlockedSignals() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

namespace {

// A counter that poll() can wait for.
class Event {
 public:
  Event() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) {
      throw std::system_error(errno, std::generic_category(), "eventfd");
    }
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { close(fd_); }

  // Also from a signal handler.
  void set() const noexcept {
    constexpr std::uint64_t one = 1;
    static_cast<void>(!write(fd_, &one, sizeof one));
  }
  void reset() const noexcept {
    std::uint64_t count = 0;
    static_cast<void>(!read(fd_, &count, sizeof count));
  }
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

constexpr std::array endings{SIGINT, SIGTERM};

// Set by a signal, reset by nobody who waits: all of them see it.
std::atomic<const Event*> told = nullptr;
static_assert(decltype(told)::is_always_lock_free, "a signal handler reads it");

void tell(int /*signal*/) {
  const int before = errno;
  told.load()->set();
  errno = before;
}

// While one lives, the signals set `told` instead of ending the process, whatever this thread had
// blocked. The last one gives them back, so that a second signal ends a shutdown that hangs.
class EndingSignals {
 public:
  EndingSignals() {
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    if (all.count++ == 0) {
      all.event.reset();
      told = &all.event;
      struct sigaction action{};
      action.sa_handler = tell;
      action.sa_flags = SA_RESTART;
      for (std::size_t i = 0; i < endings.size(); ++i) {
        sigaction(endings[i], &action, &all.before[i]);
      }
    }
    sigset_t unblocked;
    sigemptyset(&unblocked);
    for (const int signal : endings) {
      sigaddset(&unblocked, signal);
    }
    pthread_sigmask(SIG_UNBLOCK, &unblocked, &mask_before_);
  }
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;
  // NOLINTNEXTLINE(bugprone-exception-escape): the mutex is fine
  ~EndingSignals() {
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    Shared& all = shared();
    const std::lock_guard lock(all.mutex);
    if (--all.count == 0) {
      for (std::size_t i = 0; i < endings.size(); ++i) {
        sigaction(endings[i], &all.before[i], nullptr);
      }
    }
  }

  [[nodiscard]] static int fd() { return shared().event.fd(); }

 private:
  struct Shared {
    std::mutex mutex;
    std::size_t count = 0;
    Event event;
    std::array<struct sigaction, endings.size()> before{};
  };
  // Never destroyed: a handler may run at any time.
  static Shared& shared() {
    static auto& all = *new Shared;
    return all;
  }

  sigset_t mask_before_{};
};

}  // namespace

}  // namespace iii::sdk

namespace iii::inline v0 {

void run_until_signal(Client& client) {
  {
    const sdk::EndingSignals signals;
    const sdk::Event ended;
    const Subscription watch = client.on_state_change([&ended](ConnectionState state) {
      if (state == ConnectionState::failed || state == ConnectionState::disconnected) {
        ended.set();
      }
    });
    const bool is_over =
        client.driver().has_ended() || client.get_connection_state() == ConnectionState::failed;
    std::array<pollfd, 2> fds{
        pollfd{.fd = sdk::EndingSignals::fd(), .events = POLLIN, .revents = 0},
        pollfd{.fd = ended.fd(), .events = POLLIN, .revents = 0}
    };
    while (!is_over && poll(fds.data(), fds.size(), -1) <= 0) {
      // A signal of another kind.
    }
  }
  client.shutdown();
}

}  // namespace iii::inline v0
