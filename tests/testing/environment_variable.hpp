// tests/testing/environment_variable.hpp
//
// Changes the environment for one test.
//
// Threads: one only.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace overlap::testing {

/// Sets a variable, or unsets it (null), until the end of the block.
class environment_variable {
 public:
  environment_variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  environment_variable(const environment_variable&) = delete;
  environment_variable& operator=(const environment_variable&) = delete;
  ~environment_variable() { set(before_ ? before_->c_str() : nullptr); }

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

}  // namespace overlap::testing
