// include/overlap/asyncio/detail/frame.hpp
//
// What every coroutine of ours starts with, and what waits for something: the two structures the whole
// engine is made of.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A chain of frames ends, going up by `parent`, in an adaptor, which decides what the end or the stop of
//      the chain below it means. All other frames are the promises of coroutines, at their very beginning.
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

struct frame {
  frame* parent = nullptr;      // who is resumed when this one ends
  task_record* task = nullptr;  // whose chain this is
  std::source_location place;   // where it last began to wait
  bool is_adaptor = false;      // no coroutine
  bool starting = false;        // inside the parent's await_suspend
  bool finished = false;        // came to its end while starting
};

struct adaptor;

/// What an adaptor does when the chain below it comes to its end.
struct adaptor_actions {
  void (*finished)(adaptor*);  ///< the body returned or threw
  void (*stopped)(adaptor*);   ///< the body's leaf was stopped; the frames are still there
};

struct adaptor : frame {
  const adaptor_actions* actions;

  explicit adaptor(const adaptor_actions& decided) noexcept : actions(&decided) { is_adaptor = true; }
};

/// What a task can return: a frame finds its coroutine by the promise's address, which an alignment beyond
/// that of operator new would move, and which no compiler of ours allocates by it.
constexpr std::size_t promise_alignment_max = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

/// The coroutine whose promise begins with this frame.
inline std::coroutine_handle<> coroutine_of(frame& promise) noexcept {
  return std::coroutine_handle<frame>::from_promise(promise);
}

/// The frame of a coroutine that awaits something of ours.
template <class Promise>
frame& frame_of(std::coroutine_handle<Promise> handle) noexcept {
  static_assert(
      std::is_base_of_v<frame, Promise>,
      "only a coroutine that returns overlap::asyncio::task can await this: make the caller a task, "
      "or give the work to run_coroutine_threadsafe and await its future");
  return handle.promise();
}

/// Something the loop runs once, in the order of its ready queue. Who queues it sets both.
struct ready_node {
  ready_node* next;
  void (*run)(ready_node*);
};

//   state      set by                       what the loop's step does with it
//   waiting    begin_wait                   (not in the queue)
//   ready      wake: it has happened        resumes the frame
//   stopping   cancel, after it is over     stops the chain: the frame is destroyed, never resumed
enum class wait_state : std::uint8_t { idle, waiting, ready, stopping };

/// A suspended leaf: the part of an awaiter that the loop and the scopes know. begin_wait sets all of it:
/// awaiters are made for every wait, and most do not need to be cleared first.
struct waiter : ready_node {
  frame* suspended;
  scope* in;
  // Called when the scope is cancelled. True: the operation is over and did not happen. False: its end has
  // been asked for, and whoever ends it calls wake() or wake_stopped().
  bool (*withdraw)(waiter*);
  wait_state phase;
};

}  // namespace overlap::asyncio::detail
