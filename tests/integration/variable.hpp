// A variable of the environment while a test needs it, then what it was before. No other thread of
// the test may run when it is made or ends.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace iii::test {

class [[nodiscard]] Variable {
 public:
  // nullptr: not set.
  [[nodiscard]] Variable(const char* name, const char* value) : name_(name) {
    if (const char* const before = std::getenv(name)) {
      before_ = before;
    }
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }

 private:
  void set(const char* value) {
    if (value != nullptr) {
      setenv(name_, value, 1);
    } else {
      unsetenv(name_);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace iii::test
