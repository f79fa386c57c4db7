// src/platform/standard_error.cpp
//
// write(2) only: no buffer, no lock, no allocation.

#include <unistd.h>

#include <cerrno>

#include "platform/standard_error.hpp"

namespace overlap::platform {

void write_standard_error(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody listens; the process is ending anyway
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void write_standard_error(unsigned long number) noexcept {
  char digits[24];
  std::size_t first = sizeof digits;
  do {
    digits[--first] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  write_standard_error(std::string_view(digits + first, sizeof digits - first));
}

}  // namespace overlap::platform
