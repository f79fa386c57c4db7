// include/overlap/testing.hpp
//
// The door to deterministic tests of concurrent programs: virtual time, seeded order, waiting for quiet.
#pragma once

#include <overlap/testing/simulate.hpp>
#include <overlap/testing/virtual_time.hpp>
#include <overlap/testing/wait_all_tasks_blocked.hpp>
