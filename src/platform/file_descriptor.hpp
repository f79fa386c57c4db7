// src/platform/file_descriptor.hpp
//
// The owner of one descriptor.
//
// Threads: a value type; one owner at a time.
#pragma once

#include <utility>

namespace overlap::platform {

/// Closes `fd`. Errors are not reported: on Linux the descriptor is gone in any case, and retrying would
/// close somebody else's.
void close_descriptor(int fd) noexcept;

/// Owns a descriptor and closes it at the end. Empty: -1.
class [[nodiscard]] file_descriptor {
 public:
  file_descriptor() noexcept = default;
  explicit file_descriptor(int fd) noexcept : fd_(fd) {}
  file_descriptor(file_descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~file_descriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

  /// Gives the descriptor away without closing it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  /// Closes what it has and owns `fd` from now on.
  void reset(int fd = -1) noexcept {
    if (fd_ >= 0) close_descriptor(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace overlap::platform
