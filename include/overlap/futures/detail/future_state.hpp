// include/overlap/futures/detail/future_state.hpp
//
// What a future, its promise and everybody who waits for it share. The typed part below only holds the value;
// the protocol lives in src/futures/future_state.cpp, so that users pay neither for <atomic> nor <mutex>.
//
// Threads: every member may be called from any thread, except where it says "producer": there is one at a
// time.
//
// Invariants
//   1. The status only moves forwards: pending, running, completing, then finished; or pending, then
//   cancelled.
//      (A value that throws while it is stored takes completing back to what it was.)
//   2. Exactly one call moves it to finished or cancelled. Every node attached by then is called exactly
//   once,
//      every later attach() is refused.
//   3. Value and exception are written before the status says finished (release) and read after it (acquire).
//   4. The status and the lock are one word: the status changes only while the lock is free, or by its
//   holder,
//      who alone touches the list of nodes. Nothing foreign is called under it.
//   5. The state lives while it has an owner: a future, a producer, a pending callback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::futures::detail {

/// Somebody to call when a future is done: a place in the waiter's own memory.
///
/// The pairing: attach() returned true, then either `completed` is called exactly once, from any thread,
/// with no lock held, or detach() returns true and it never is. When detach() returns false the call has been
/// made or is being made: the node must stay alive until `completed` was entered, and the state touches the
/// node for the last time just before that. So `completed` may end the node's life.
struct completion_node {
  completion_node* next = nullptr;
  void (*completed)(completion_node*) noexcept = nullptr;
  completion_node** link = nullptr;  // the state's own: what points here while attached, else null
};

class future_state_base;
class job;

/// Where the program waits, for the report of a cycle. `file` is null if it is not known.
struct code_place {
  const char* file = nullptr;
  int line = 0;
};

/// One add_done_callback: owned by the state until it has run.
struct callback_node : completion_node {
  future_state_base* state = nullptr;
  void (*invoke)(callback_node*) = nullptr;            // may throw
  void (*destroy)(callback_node*) noexcept = nullptr;  // frees the node
};

class future_state_base {
 public:
  future_state_base(const future_state_base&) = delete;
  future_state_base& operator=(const future_state_base&) = delete;

  // Blocks are used again: src/futures/block_cache.cpp.
  static void* operator new(std::size_t bytes);
  static void operator delete(void* freed, std::size_t bytes) noexcept;
  static void* operator new(std::size_t bytes, std::align_val_t alignment);
  static void operator delete(void* freed, std::size_t bytes, std::align_val_t alignment) noexcept;

  void add_owner() noexcept;
  /// Whether the caller, who is one, is the only one: then nobody else can become one.
  [[nodiscard]] bool has_one_owner() const noexcept;
  void drop_owner() noexcept;

  [[nodiscard]] bool done() const noexcept;
  [[nodiscard]] bool is_pending() const noexcept;
  [[nodiscard]] bool running() const noexcept;
  [[nodiscard]] bool cancelled() const noexcept;
  /// Finished with an exception. Does not count as having looked at it.
  [[nodiscard]] bool failed() const noexcept;

  /// True: it never starts. The first such call drops the work and calls the nodes on this thread.
  bool cancel() noexcept;
  /// Asks running work to end, if it can be asked.
  virtual bool request_stop() noexcept { return false; }

  /// False: it is done already and the node will not be called.
  [[nodiscard]] bool attach(completion_node& node) noexcept;
  /// True: removed, it will not be called. False: it was not attached, was called or is being called.
  bool detach(completion_node& node) noexcept;

  /// Takes the node, and runs it now if the state is done.
  void add_callback(callback_node* node) noexcept;

  /// Blocks. False: `until` has come. A worker of the pool the work went to runs it meanwhile.
  bool wait_until(time_point until, code_place place = {});
  bool wait_for(duration timeout, code_place place = {});
  /// Blocks until done, then throws what result() throws if there is no value.
  void require_value(duration timeout, code_place place = {});
  /// Blocks until done; null if there is a value.
  [[nodiscard]] std::exception_ptr require_exception(duration timeout, code_place place = {});

  // Producer.
  /// False: cancelled, do not start. Throws invalid_state_error if it was running or done.
  bool set_running_or_notify_cancel();
  /// The same for work that several may try to start: false if somebody else has, too.
  [[nodiscard]] bool try_start() noexcept;
  /// Reserves the right to store the value. Throws invalid_state_error if there is a result already.
  void begin_result();
  /// Gives that right back.
  void undo_begin_result() noexcept;
  /// The value is stored: tells everybody.
  void finish_result() noexcept;
  /// Stores an error as the result, does not tell anybody yet.
  void store_exception(std::exception_ptr error);
  /// The same for work that try_start() has started: nobody else can deliver its result.
  void store_exception_of_work(std::exception_ptr error) noexcept { error_ = std::move(error); }
  void set_exception(std::exception_ptr error) {
    store_exception(std::move(error));
    finish_result();
  }
  /// The producer goes away: without a result the future fails with broken_promise.
  void abandon() noexcept;

  /// The work will not be needed (any more): frees the function and its arguments.
  virtual void drop_work() noexcept {}

  /// The job whose result this is; null if a promise delivers it.
  [[nodiscard]] virtual job* work() noexcept { return nullptr; }

  /// The pool whose queue the work went through, as an address to compare with; null if there is none.
  // Relaxed: it is only compared. Somebody may wait while the job is being submitted, and then sleeps.
  [[nodiscard]] const void* source() const noexcept { return __atomic_load_n(&source_, __ATOMIC_RELAXED); }
  void set_source(const void* source) noexcept { __atomic_store_n(&source_, source, __ATOMIC_RELAXED); }

 protected:
  explicit future_state_base(std::uint32_t owners) noexcept : owners_(owners) {}
  virtual ~future_state_base();

  [[nodiscard]] bool holds_value() const noexcept;
  /// Throws invalid_state_error if the value was taken.
  void require_untaken() const;
  /// The same, and marks it taken.
  void take();

 private:
  [[nodiscard]] std::uint32_t load_word() const noexcept;
  [[nodiscard]] std::uint32_t load_status() const noexcept;
  [[nodiscard]] std::uint32_t lock() noexcept;
  void unlock(std::uint32_t word) noexcept;
  bool change(std::uint32_t from, std::uint32_t to) noexcept;
  [[nodiscard]] completion_node* finish_as(std::uint32_t status) noexcept;
  void call_nodes(completion_node* newest) noexcept;

  // Plain words here, atomics in the .cpp.
  std::uint32_t owners_;
  std::uint32_t word_ = 0;             // status, lock, whether there are nodes
  completion_node* newest_ = nullptr;  // under the lock
  std::exception_ptr error_;
  const void* source_ = nullptr;
  std::uint32_t flags_ = 0;
};

/// How a T is kept.
template <class T>
struct stored_value {
  using type = T;
};
template <class T>
struct stored_value<T&> {
  using type = T*;
};
template <>
struct stored_value<void> {
  struct type {};
};

template <class T>
class future_state : public future_state_base {
  using stored = typename stored_value<T>::type;

 public:
  explicit future_state(std::uint32_t owners) noexcept : future_state_base(owners) {}

  /// Producer. Stores the value, does not tell anybody yet. Throws what the value's constructor throws.
  template <class... Arguments>
  void store(Arguments&&... arguments) {
    begin_result();
    try {
      ::new (static_cast<void*>(&value_)) stored(std::forward<Arguments>(arguments)...);
    } catch (...) {
      undo_begin_result();
      throw;
    }
  }

  /// The same for work that try_start() has started.
  template <class... Arguments>
  void store_of_work(Arguments&&... arguments) {
    ::new (static_cast<void*>(&value_)) stored(std::forward<Arguments>(arguments)...);
  }

  /// The value of a finished state without an exception.
  [[nodiscard]] stored& value() {
    require_untaken();
    return value_;
  }

  /// Moves the value out; for everybody else it is gone.
  [[nodiscard]] stored take_value() {
    take();
    return std::move(value_);
  }

 protected:
  ~future_state() override {
    if (holds_value()) value_.~stored();
  }

 private:
  union {
    stored value_;
  };
};

}  // namespace overlap::futures::detail
