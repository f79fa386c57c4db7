// include/overlap/testing.hpp
//
// The door to deterministic tests of concurrent programs: virtual time, chosen order, waiting for quiet.
#pragma once

#include <overlap/testing/check_deterministic.hpp>
#include <overlap/testing/explore.hpp>
#include <overlap/testing/failed_expectations.hpp>
#include <overlap/testing/faults.hpp>
#include <overlap/testing/memory_stream.hpp>
#include <overlap/testing/sequencer.hpp>
#include <overlap/testing/simulate.hpp>
#include <overlap/testing/virtual_time.hpp>
#include <overlap/testing/wait_all_tasks_blocked.hpp>
