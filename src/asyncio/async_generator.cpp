// src/asyncio/async_generator.cpp
//
// The misuse of generators.

#include <overlap/asyncio/async_generator.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

void throw_generator_busy() {
  throw invalid_state_error(
      "async_generator::next: another task awaits the next value of this generator; give each task its own, "
      "or let one task feed a queue");
}

}  // namespace overlap::asyncio::detail
