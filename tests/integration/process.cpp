#include "process.hpp"

#include "net/descriptor.hpp"
#include "patience.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace iii::test {
namespace {

std::pair<net::Descriptor, net::Descriptor> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  return {net::Descriptor(ends[0]), net::Descriptor(ends[1])};
}

// Appends what has arrived; false at the end.
bool read_more(const net::Descriptor& pipe, std::string& text) {
  pollfd wanted{.fd = pipe.get(), .events = POLLIN, .revents = 0};
  constexpr int patience_ms = std::chrono::milliseconds(patience).count();
  if (::poll(&wanted, 1, patience_ms) <= 0) {
    throw std::runtime_error("the program prints nothing");
  }
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return count > 0;
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments) {
  auto [output, output_end] = make_pipe();
  auto [errors, errors_end] = make_pipe();
  std::vector<char*> texts;
  texts.reserve(arguments.size());
  for (const std::string& argument : arguments) {
    texts.push_back(const_cast<char*>(argument.c_str()));  // posix_spawn changes nothing
  }
  texts.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output_end.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors_end.get(), STDERR_FILENO);
  const int failure = ::posix_spawn(&pid_, texts[0], &actions, nullptr, texts.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    throw std::runtime_error("cannot start " + arguments[0]);
  }
  output_ = std::move(output);
  errors_ = std::move(errors);
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

std::string Process::next_error_line() {
  std::size_t end = std::string::npos;
  while ((end = unread_errors_.find('\n')) == std::string::npos) {
    if (!read_more(errors_, unread_errors_)) {
      throw std::runtime_error("the program has ended: " + unread_errors_);
    }
  }
  std::string line = unread_errors_.substr(0, end);
  unread_errors_.erase(0, end + 1);
  return line;
}

void Process::signal(int number) const {
  ::kill(pid_, number);
}

Process::Ending Process::wait() {
  Ending ending;
  // Both pipes end with the program, and neither holds more than fits into it.
  while (errors_.is_open() && read_more(errors_, unread_errors_)) {
  }
  while (read_more(output_, ending.output)) {
  }
  ending.errors = std::exchange(unread_errors_, {});
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  ending.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ending;
}

}  // namespace iii::test
