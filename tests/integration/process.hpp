// A program in a process of its own: starts it, reads what it prints, sends it signals. The
// destructor ends what is still running.
#pragma once

#include "net/descriptor.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace iii::test {

class Process {
 public:
  // `arguments`: the program first.
  explicit Process(const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // The next line of standard error, without its end; throws std::runtime_error when none comes.
  std::string next_error_line();
  // From now on nobody reads what it prints there.
  void close_errors() { errors_.reset(); }
  void signal(int number) const;

  struct Ending {
    int status = 0;  // of exit(); -1: it was killed
    std::string output;
    std::string errors;  // what has not been read
  };
  // Waits for the end, at most 30 seconds.
  Ending wait();

 private:
  pid_t pid_ = -1;
  net::Descriptor output_;
  net::Descriptor errors_;
  std::string unread_errors_;
};

}  // namespace iii::test
