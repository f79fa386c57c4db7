// src/testing/virtual_time.cpp
//
// Asks the clock of the running loop.

#include <overlap/testing/virtual_time.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::testing {

time_point now() { return asyncio::detail::running_state("testing::now").clock->now(); }

}  // namespace overlap::testing
