// include/overlap/threading.hpp
//
// The door of the module: threads, and what they wait for and share. Python's threading, as far as the
// standard lacks it; docs/guide/threading.md says which standard type to take for the rest.
//
// Threads: see each header.
#pragma once

#include <overlap/threading/barrier.hpp>
#include <overlap/threading/bounded_semaphore.hpp>
#include <overlap/threading/condition.hpp>
#include <overlap/threading/current_thread.hpp>
#include <overlap/threading/errors.hpp>
#include <overlap/threading/event.hpp>
#include <overlap/threading/excepthook.hpp>
#include <overlap/threading/guarded.hpp>
#include <overlap/threading/local.hpp>
#include <overlap/threading/rlock.hpp>
#include <overlap/threading/semaphore.hpp>
#include <overlap/threading/thread.hpp>
#include <overlap/threading/thread_handle.hpp>
#include <overlap/threading/timer.hpp>
#include <overlap/threading/wait_limit.hpp>
