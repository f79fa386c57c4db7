// include/overlap/threading/thread.hpp
//
// A thread whose end somebody waits for, and whose exception somebody gets.
//
// Threads: start, join and the rest of thread_handle may be called from any thread; moving and destroying are
// for one thread at a time.
//
// Invariants
//   1. A started thread has an owner that waits for it: this object, or, after `thread(f).start()`, the
//      process.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <overlap/base/shared_text.hpp>
#include <overlap/threading/detail/thread_work.hpp>
#include <overlap/threading/thread_handle.hpp>

namespace overlap::threading {

struct thread_options {
  shared_text name = {};        ///< for people; the system shows the first 15 bytes. Empty: "Thread-N"
  std::size_t stack_bytes = 0;  ///< of its stack; 0: what the system gives, 8 MiB as a rule
};

/// A thread of the system that runs one function. It does nothing until start().
///
///   threading::thread reader(read_all, path);
///   reader.start();
///   …
///   reader.join();                     // throws what read_all threw
///
/// What the function throws is thrown by join(); if nobody has called that (or exception()) when the owner
/// goes away, it goes to the excepthook. The destructor requests a stop and waits: it never lets a thread run
/// on alone. So a function that may run long takes a std::stop_token as its first parameter; all waits of
/// threading and queue take it, too.
///
/// The function and its arguments are copied or moved in, as std::thread does, and destroyed by the thread
/// when it ends. The thread sees the context variables of whoever starts it, as a snapshot.
///
/// For a thread that begins at once and throws nothing, std::jthread does as well; for many short jobs take
/// futures::thread_pool_executor.
///
/// Python   threading.Thread. There is no daemon flag: a thread that is killed at exit in the middle of its
///          work is what stop tokens are for
class thread : public thread_handle {
 public:
  template <class Function, class... Arguments>
    requires(!std::derived_from<std::decay_t<Function>, thread_handle> &&
             !std::same_as<std::decay_t<Function>, thread_options>)
  [[nodiscard("a thread does nothing until start() is called")]]
  explicit thread(Function&& function, Arguments&&... arguments)
      : thread_handle(make_state(
            detail::make_thread_work(std::forward<Function>(function), std::forward<Arguments>(arguments)...),
            thread_options())) {}

  template <class Function, class... Arguments>
  [[nodiscard("a thread does nothing until start() is called")]]
  explicit thread(const thread_options& options, Function&& function, Arguments&&... arguments)
      : thread_handle(make_state(
            detail::make_thread_work(std::forward<Function>(function), std::forward<Arguments>(arguments)...),
            options)) {}

  thread(thread&& other) noexcept = default;
  thread& operator=(thread&& other) noexcept;
  ~thread();

  /// Starts it.
  ///
  /// Throws   invalid_state_error if it was started before; os_error if the system has no thread to give: it
  ///          may then be tried again
  /// Cost     about 20 µs and a stack, whose memory is taken as it is used
  /// Python   Thread.start
  void start() &;

  /// Starts it and leaves it to the process, which waits for it when it exits: `thread(task).start();` is
  /// fire and forget. What it throws goes to the excepthook at once.
  void start() &&;

 protected:
  explicit thread(reference state) noexcept : thread_handle(std::move(state)) {}
  static reference make_state(detail::thread_work* work, const thread_options& options);

 private:
  void finish() noexcept;
};

}  // namespace overlap::threading
