// include/overlap/asyncio/detail/task_record.hpp
//
// One running task: the adaptor above its body, its scope, its context and its result. The owner (a group,
// a gather, run) keeps it until it has ended; handles keep it after that.
//
// Threads: the loop's thread only, so the count of references is a plain number.
//
// Invariants
//   1. A record has an owner from start to end, and tells it exactly once that it has ended.
//   2. It is in the tree of scopes, and so among all tasks, exactly while it runs; one that failed, that
//      nobody in particular owns and that has handles is then among the loop's failures.
//   3. When the body has ended, its result is moved here and its frame is destroyed, before anybody is told.
//   4. An error is taken by somebody (owner, handle) or reported by the loop when the record dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/asyncio/detail/frame_memory.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/detail/scope.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/detail/context_slot.hpp>
#include <overlap/base/shared_text.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::asyncio {
template <class T>
class task_handle;
struct task_options;
}  // namespace overlap::asyncio

namespace overlap::asyncio::detail {

enum class task_end : std::uint8_t { running, returned, failed, stopped };

/// Told when a task has ended. It may destroy the record if it is its storage.
struct task_owner {
  virtual void task_ended(task_record& ended) = 0;
  /// The frame that goes on when its tasks have ended. Null: none waits for that yet.
  [[nodiscard]] virtual frame* awaiting() const noexcept { return nullptr; }

 protected:
  ~task_owner() = default;
};

/// Told, inside the call that ends a task, that it has ended. It has left the list by then.
///
/// The list is the record's one pointer, as every task has one and few have listeners: a listener is put at
/// its head, and leaves from anywhere. At the end they are told in the order in which they came.
struct end_listener {
  struct kind {
    void (*heard)(end_listener* listener, task_record& ended);
    /// The frames that go on then, one by one: `index` counts from zero, and null is the end.
    frame* (*awaiting)(const end_listener* listener, std::size_t index);
  };

  const kind* what = nullptr;
  end_listener* next_listener;             // in a list only
  end_listener** listener_link = nullptr;  // what points at this one; null when in no list

  end_listener() noexcept = default;
  end_listener(const end_listener&) = delete;
  end_listener& operator=(const end_listener&) = delete;

  void listen(end_listener*& first) noexcept {
    next_listener = first;
    if (first != nullptr) first->listener_link = &next_listener;
    listener_link = &first;
    first = this;
  }
  /// Does nothing if it is in no list.
  void stop_listening() noexcept {
    if (listener_link == nullptr) return;
    *listener_link = next_listener;
    if (next_listener != nullptr) next_listener->listener_link = listener_link;
    listener_link = nullptr;
  }

 protected:
  ~end_listener() {
    OVERLAP_ASSERT(listener_link == nullptr, "stop listening to a task before you are destroyed");
  }
};

/// Who awaits a task_handle.
struct handle_waiter : waiter, end_listener {
  handle_waiter() noexcept { what = &kind_of_waiters; }

  static const kind kind_of_waiters;
};

/// What differs by the type of the value.
struct record_actions : adaptor_actions {
  void (*take_value)(task_record* ended);  ///< out of the promise; the frame is destroyed right after
  void (*destroy)(task_record* last);      ///< the record itself, which is on the heap
};

struct task_record : adaptor, ready_node, scope {
  // Behind the flags of the scope, whose last bytes are free.
  task_end ended = task_end::running;
  bool started : 1 = false;
  bool error_taken : 1 = false;
  std::uint32_t references = 1;  // handles, plus one for the owner
  loop_core* loop;               // from attach() on, as the owner and the numbers
  scope* innermost = this;       // where the chain runs now
  task_owner* owner;
  union {
    promise_base* promise = nullptr;  // of the body, while it runs
    std::exception_ptr failure;       // of a failed task
  };
  end_listener* first_listener = nullptr;
  overlap::detail::context_storage context;
  shared_text name;
  std::uint64_t id;
  std::uint64_t parent_id;  // 0: no task

  explicit task_record(const record_actions& of_its_type) noexcept : adaptor(of_its_type) {
    task = this;
    is_task = true;
  }
  ~task_record();

  /// Its own scope: cancelled by handles, and the outermost one that its chain runs in.
  [[nodiscard]] scope& own() noexcept { return *this; }
  [[nodiscard]] const scope& own() const noexcept { return *this; }
  /// The error of a task that failed; null otherwise.
  [[nodiscard]] std::exception_ptr error() const noexcept {
    return ended == task_end::failed ? failure : std::exception_ptr();
  }

  /// Joins the loop and the scope of its owner. `body` is the coroutine, not started yet.
  void attach(loop_core& to, scope& outer, task_owner& told, promise_base& body,
              std::source_location created);
  /// Names it, gives it its context, and starts it as the options say.
  void start(const task_options& options);
  /// Starts it at its turn.
  void start_soon();
  /// Starts it now, inside the call. It may have ended when this returns.
  void start_now();

  void add_reference() noexcept { ++references; }
  void release() noexcept {
    if (--references == 0) static_cast<const record_actions*>(actions)->destroy(this);
  }

  static void finished_action(adaptor* self);
  static void stopped_action(adaptor* self);

 private:
  void fail(std::exception_ptr error);
  void end(task_end how);
  void start_as(const task_options& options);
  void tell_listeners();
};

template <class T>
struct task_record_of final : task_record {
  result_slot<T> value;

  task_record_of() noexcept : task_record(actions_of_type) {}

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { free_frame(memory, bytes); }

  [[nodiscard]] task_handle<T> handle() noexcept { return task_handle<T>(*this); }

 private:
  static constexpr record_actions actions_of_type{
      {&finished_action, &stopped_action},
      [](task_record* ended) {
        static_cast<task_record_of*>(ended)->value =
            std::move(static_cast<task_promise<T>*>(ended->promise)->value);
      },
      [](task_record* last) { delete static_cast<task_record_of*>(last); }};
};

}  // namespace overlap::asyncio::detail
