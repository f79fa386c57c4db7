// include/overlap/asyncio.hpp
//
// The door to the event loop: tasks, groups, timeouts and what they wait for.
#pragma once

#include <overlap/asyncio/any_task.hpp>
#include <overlap/asyncio/as_completed.hpp>
#include <overlap/asyncio/async_exit_stack.hpp>
#include <overlap/asyncio/async_generator.hpp>
#include <overlap/asyncio/blocking_portal.hpp>
#include <overlap/asyncio/call_graph.hpp>
#include <overlap/asyncio/cancel_scope.hpp>
#include <overlap/asyncio/channel.hpp>
#include <overlap/asyncio/create_task.hpp>
#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/finally.hpp>
#include <overlap/asyncio/future.hpp>
#include <overlap/asyncio/gather.hpp>
#include <overlap/asyncio/lifo_queue.hpp>
#include <overlap/asyncio/priority_queue.hpp>
#include <overlap/asyncio/queue.hpp>
#include <overlap/asyncio/race.hpp>
#include <overlap/asyncio/run.hpp>
#include <overlap/asyncio/run_coroutine_threadsafe.hpp>
#include <overlap/asyncio/runner.hpp>
#include <overlap/asyncio/semaphore.hpp>
#include <overlap/asyncio/signals.hpp>
#include <overlap/asyncio/sleep.hpp>
#include <overlap/asyncio/sockets.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/asyncio/task_group.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/asyncio/task_options.hpp>
#include <overlap/asyncio/task_status.hpp>
#include <overlap/asyncio/timeout.hpp>
#include <overlap/asyncio/to_thread.hpp>
#include <overlap/asyncio/wait.hpp>
#include <overlap/asyncio/with.hpp>
