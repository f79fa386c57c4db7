// include/overlap/futures.hpp
//
// The door of the module: executors, and the futures they return. Python's concurrent.futures.
//
// Threads: see each header.
#pragma once

#include <overlap/futures/as_completed.hpp>
#include <overlap/futures/executor.hpp>
#include <overlap/futures/future.hpp>
#include <overlap/futures/inline_executor.hpp>
#include <overlap/futures/parallel.hpp>
#include <overlap/futures/thread_pool_executor.hpp>
#include <overlap/futures/unhandled_exception.hpp>
#include <overlap/futures/wait.hpp>
