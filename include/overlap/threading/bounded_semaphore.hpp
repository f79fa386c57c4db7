// include/overlap/threading/bounded_semaphore.hpp
//
// A semaphore that notices when more is released than was acquired.
//
// Threads: any, all members.
#pragma once

#include <cstddef>

#include <overlap/threading/semaphore.hpp>

namespace overlap::threading {

/// A semaphore whose release() throws invalid_value_error, and changes nothing, if there would be more
/// permits than at first. With permits that go back by themselves it cannot happen; it is for those who
/// detach them.
///
/// Python   threading.BoundedSemaphore
class bounded_semaphore : public semaphore {
 public:
  /// `permits`: how many may be inside at once. Throws invalid_value_error if negative.
  explicit bounded_semaphore(std::ptrdiff_t permits = 1)
      : semaphore(permits, static_cast<std::size_t>(permits)) {}
};

}  // namespace overlap::threading
