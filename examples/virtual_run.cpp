// examples/virtual_run.cpp
//
// asyncio::run in virtual time, for the tests of the examples: the linker puts it in the place of the real
// one
// (--wrap), so that the programs themselves are built as they stand and wait for nothing.
//
// Threads: as asyncio::run.

#include <overlap/testing.hpp>

namespace overlap::asyncio::detail {

void run_in_virtual_time(task_record& root, promise_base& body, std::source_location place) __asm__(
    "__wrap__ZN7overlap7asyncio6detail8run_rootERNS1_11task_recordERNS1_12promise_baseESt15source_location");

void run_in_virtual_time(task_record& root, promise_base& body, std::source_location place) {
  testing::detail::simulate_root(root, body, testing::simulation_options{.in_order = true}, place);
}

}  // namespace overlap::asyncio::detail
