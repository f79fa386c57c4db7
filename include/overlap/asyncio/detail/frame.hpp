// include/overlap/asyncio/detail/frame.hpp
//
// What every coroutine of ours starts with, and what waits for something: the two structures the whole
// engine is made of.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A chain of frames ends, going up by `parent`, in an adaptor: a frame with `actions`. Adaptors decide
//      what the end or the stop of the chain below them means; no other frame does.
//   2. Nothing resumes or destroys a frame but the loop's step (src/asyncio/step.cpp), and a parent that
//      starts its child. So no frame is destroyed under a function that is still running in it.
//   3. A scope has at most one waiter (scope::leaf) at a time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>
#include <type_traits>

namespace overlap::asyncio::detail {

struct frame;
struct loop_core;
struct scope;
struct task_record;

/// What an adaptor does when the chain below it comes to its end.
struct frame_actions {
  void (*finished)(frame*);  ///< the body returned or threw
  void (*stopped)(frame*);   ///< the body's leaf was stopped; the frames are still there
};

struct frame {
  std::coroutine_handle<> self{};          // null for adaptors
  frame* parent = nullptr;                 // who is resumed when this one ends
  const frame_actions* actions = nullptr;  // not null: an adaptor
  task_record* task = nullptr;             // whose chain this is
  std::source_location place;              // where it last began to wait
  bool starting = false;                   // inside the parent's await_suspend
  bool finished = false;                   // came to its end while starting
};

/// The frame of a coroutine that awaits something of ours.
template <class Promise>
frame& frame_of(std::coroutine_handle<Promise> handle) noexcept {
  static_assert(
      std::is_base_of_v<frame, Promise>,
      "only a coroutine that returns overlap::asyncio::task can await this: make the caller a task, "
      "or give the work to run_coroutine_threadsafe and await its future");
  return handle.promise();
}

/// Something the loop runs once, in the order of its ready queue.
struct ready_node {
  ready_node* next = nullptr;
  void (*run)(ready_node*) = nullptr;
};

//   state      set by                       what the loop's step does with it
//   waiting    begin_wait                   (not in the queue)
//   ready      wake: it has happened        resumes the frame
//   stopping   cancel, after it is over     stops the chain: the frame is destroyed, never resumed
enum class wait_state : std::uint8_t { idle, waiting, ready, stopping };

/// A suspended leaf: the part of an awaiter that the loop and the scopes know.
struct waiter : ready_node {
  frame* suspended = nullptr;
  scope* in = nullptr;
  // Called when the scope is cancelled. True: the operation is over and did not happen. False: its end has
  // been asked for, and whoever ends it calls wake() or wake_stopped().
  bool (*withdraw)(waiter*) = nullptr;
  wait_state phase = wait_state::idle;
};

/// Memory of coroutine frames: free lists of the thread by size, so that a frame costs a few ns.
void* allocate_frame(std::size_t bytes);
void free_frame(void* memory, std::size_t bytes) noexcept;

}  // namespace overlap::asyncio::detail
