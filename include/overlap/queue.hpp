// include/overlap/queue.hpp
//
// The door of the module: queues between threads. Python's queue.
//
// Threads: any.
#pragma once

#include <overlap/queue/basic_queue.hpp>
#include <overlap/queue/errors.hpp>
#include <overlap/queue/lifo_queue.hpp>
#include <overlap/queue/priority_queue.hpp>
#include <overlap/queue/queue.hpp>
#include <overlap/queue/simple_queue.hpp>
#include <overlap/queue/ticket.hpp>
