// src/platform/descriptor_set.hpp
//
// Many descriptors behind one that can be polled: for libraries with their own sockets (libcurl), whose
// interest comes and goes with every request. A descriptor stays registered meanwhile, which costs nothing,
// where a poll of its own would be made anew for each answer.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "platform/file_descriptor.hpp"

namespace overlap::platform {

class descriptor_set {
 public:
  struct event {
    std::uint64_t tag;
    std::uint32_t came;  ///< bits of poll(2), also errors that were not asked for
  };

  /// Throws os_error.
  descriptor_set();

  /// Readable when one of the descriptors has an event.
  [[nodiscard]] int fd() const noexcept { return set_.get(); }

  /// From the events of poll(2) in `before` (0: not registered) to those in `after` (0: leaves). Returns 0
  /// or an errno.
  [[nodiscard]] int change(int fd, std::uint32_t before, std::uint32_t after, std::uint64_t tag) noexcept;

  /// Fills up to `size` events that are there now and returns their number. They come again until they are
  /// dealt with.
  [[nodiscard]] std::size_t collect(event* events, std::size_t size) noexcept;

 private:
  file_descriptor set_;
};

}  // namespace overlap::platform
