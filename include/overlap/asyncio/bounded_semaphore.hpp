// include/overlap/asyncio/bounded_semaphore.hpp
//
// A semaphore that notices when more is released than was acquired.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>

#include <overlap/asyncio/semaphore.hpp>

namespace overlap::asyncio {

/// A semaphore whose release() throws invalid_value_error, and changes nothing, if there would be more
/// permits than at first. With permits that go back by themselves it cannot happen; it is for those who
/// detach them.
///
/// Python   asyncio.BoundedSemaphore
class bounded_semaphore : public semaphore {
 public:
  /// `permits`: how many may be inside at once. Throws invalid_value_error if negative.
  explicit bounded_semaphore(std::ptrdiff_t permits = 1)
      : semaphore(permits, static_cast<std::size_t>(permits)) {}
};

}  // namespace overlap::asyncio
