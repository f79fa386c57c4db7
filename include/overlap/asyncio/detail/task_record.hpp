// include/overlap/asyncio/detail/task_record.hpp
//
// One running task: the adaptor above its body, its scope, its context and its result. The owner (a group,
// a gather, run) keeps it until it has ended; handles keep it after that.
//
// Threads: the loop's thread only, so the count of references is a plain number.
//
// Invariants
//   1. A record has an owner from start to end, and tells it exactly once that it has ended.
//   2. When the body has ended, its result is moved here and its frame is destroyed, before anybody is told.
//   3. An error is taken by somebody (owner, handle) or reported by the loop when the record dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include <overlap/asyncio/detail/frame.hpp>
#include <overlap/asyncio/detail/result_slot.hpp>
#include <overlap/asyncio/detail/scope.hpp>
#include <overlap/base/detail/context_slot.hpp>
#include <overlap/base/intrusive_list.hpp>
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
struct end_listener : intrusive_link<> {
  struct kind {
    void (*heard)(end_listener* listener, task_record& ended);
    /// The frames that go on then, one by one: `index` counts from zero, and null is the end.
    frame* (*awaiting)(const end_listener* listener, std::size_t index);
  };

  const kind* what = nullptr;
};

/// Who awaits a task_handle.
struct handle_waiter : waiter, end_listener {
  handle_waiter() noexcept { what = &kind_of_waiters; }

  static const kind kind_of_waiters;
};

struct all_tasks_tag;

struct task_record : frame, ready_node, intrusive_link<all_tasks_tag> {
  loop_core* loop = nullptr;
  scope* innermost = &own;  // where the chain runs now
  scope own;
  overlap::detail::context_storage context;
  task_owner* owner = nullptr;
  promise_base* promise = nullptr;  // of the body; null when it has ended
  std::exception_ptr error;         // of a failed task
  intrusive_list<end_listener> listeners;
  shared_text name;
  std::uint64_t id = 0;
  std::uint64_t parent_id = 0;
  std::uint32_t references = 1;  // handles, plus one for the owner
  task_end ended = task_end::running;
  bool started = false;
  bool error_taken = false;

  task_record() noexcept;
  virtual ~task_record();

  /// Joins the loop and the scope of its owner. `body` is the coroutine, not started yet.
  void attach(loop_core& to, scope& outer, task_owner& told, promise_base& body,
              std::source_location created);
  /// Names it, gives it its context, and starts it as the options say.
  void start(const task_options& options);
  /// Starts it at its turn.
  void start_soon();
  /// Starts it now, inside the call. It may have ended when this returns.
  void start_now();

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept { free_frame(memory, bytes); }

  void add_reference() noexcept { ++references; }
  void release() noexcept {
    if (--references == 0) delete this;
  }

  /// Takes the value out of the promise; the frame is destroyed right after.
  virtual void take_value() = 0;

 private:
  static void finished_action(frame* self);
  static void stopped_action(frame* self);
  static const frame_actions adaptor_actions;
  void end(task_end how);
  void destroy_body() noexcept;
};

template <class T>
struct task_record_of final : task_record {
  result_slot<T> value;

  void take_value() override { value = std::move(static_cast<task_promise<T>*>(promise)->value); }
  [[nodiscard]] task_handle<T> handle() noexcept { return task_handle<T>(*this); }
};

}  // namespace overlap::asyncio::detail
