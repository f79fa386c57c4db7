// include/overlap/asyncio/task_handle.hpp
//
// A running task, seen from outside.
//
// Threads: the loop's thread only.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/asyncio/detail/task_record.hpp>
#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/task.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio {

namespace detail {

/// The wait for a task's end.
class handle_wait : public handle_waiter {
 public:
  explicit handle_wait(task_record& awaited) noexcept : awaited_(&awaited) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    frame& awaiting = frame_of(handle);
    if (awaiting.task == awaited_ || awaited_->ended != task_end::running || is_cancelled(awaiting))
        [[unlikely]]
      return wait_in(awaiting);
    begin_wait(*this, awaiting, &leave_line);
    listen(awaited_->first_listener);
    return true;
  }

 protected:
  bool wait_in(frame& awaiting);
  static bool leave_line(waiter* leaf) noexcept {
    static_cast<handle_wait*>(leaf)->stop_listening();
    return true;
  }

  task_record* awaited_;
};

/// Throws unless the task has returned a value: its error, cancelled_error, or invalid_state_error.
void require_value(task_record& record);

/// A callback for the end of a task. The handle that it is called with keeps the task's record.
struct done_callback : callback, end_listener {
  explicit done_callback(task_record& of) noexcept : record(&of) {}

  task_record* record;
};

template <class Handle, class Function>
struct done_callback_of final : done_callback {
  Handle handle;
  Function function;

  done_callback_of(task_record& of, const Handle& kept, Function&& called)
      : done_callback(of), handle(kept), function(std::move(called)) {}
  void call() override {
    if constexpr (std::is_invocable_v<Function&, const Handle&>) {
      function(static_cast<const Handle&>(handle));
    } else {
      function();
    }
  }
};

/// Queues `made` when the task ends, or now if it has ended. Adopts it.
callback_handle call_when_done(done_callback* made);

/// What every handle has, whatever the type of the result.
class task_handle_base {
 public:
  task_handle_base(const task_handle_base& other) noexcept : record_(other.record_) {
    record_->add_reference();
  }
  task_handle_base(task_handle_base&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  task_handle_base& operator=(task_handle_base other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~task_handle_base() {
    if (record_ != nullptr) record_->release();
  }

  /// Asks the task to end at its next wait. Whoever awaits it gets cancelled_error; its group goes on.
  /// A task that has not run yet runs to its first wait. `reason` is shown by errors and the task tree.
  ///
  /// Returns   false if the task has ended already; nothing happens then
  /// Suspends  never; await the handle to see the end
  bool cancel(shared_text reason = {}, std::source_location place = std::source_location::current());

  /// The task has ended, in whatever way.
  [[nodiscard]] bool done() const noexcept { return record_->ended != task_end::running; }
  /// The task has ended because it was cancelled.
  [[nodiscard]] bool cancelled() const noexcept { return record_->ended == task_end::stopped; }

  /// The error of a task that failed, or null if it returned. Throws invalid_state_error while it runs and
  /// cancelled_error if it was cancelled. The error counts as taken.
  [[nodiscard]] std::exception_ptr exception() const;

  /// The name given or, without one, "task-" and the id.
  [[nodiscard]] std::string_view name() const;
  void set_name(shared_text name) { record_->name = std::move(name); }
  /// Unique in the process; never reused.
  [[nodiscard]] std::uint64_t id() const noexcept { return record_->id; }

  friend bool operator==(const task_handle_base& left, const task_handle_base& right) noexcept {
    return left.record_ == right.record_;
  }

 protected:
  explicit task_handle_base(task_record& record) noexcept : record_(&record) { record.add_reference(); }

  task_record* record_;

 private:
  friend task_record& record_of(const task_handle_base& handle) noexcept;
};

inline task_record& record_of(const task_handle_base& handle) noexcept { return *handle.record_; }

}  // namespace detail

/// A task that has been started. Copies mean the same task; dropping them changes nothing, because the
/// task's owner (its group, or `run`) keeps it and waits for it.
///
/// `co_await handle` waits for the end and gives a copy of the value; `co_await std::move(handle)` moves it
/// out if this is the only handle, or if the value cannot be copied. An error of the task is thrown.
/// Cancelling the waiting task does not cancel the awaited one.
///
/// Throws   the task's error; cancelled_error if the task was cancelled; invalid_state_error when a task
///          awaits itself
/// Threads  the loop's thread, all members
/// Python   asyncio.Task
template <class T = void>
class task_handle : public detail::task_handle_base {
 public:
  using value_type = T;

  /// The value of a task that has returned. Throws its error, or cancelled_error, or invalid_state_error
  /// while it still runs.
  decltype(auto) result() const& {
    detail::require_value(*record_);
    return record().value.look();
  }
  /// The same, moved out: once.
  T result() && {
    detail::require_value(*record_);
    return record().value.take();
  }

  /// Calls `function(handle)`, or `function()`, at its turn after the task has ended, in the order of adding;
  /// at once at its turn if it has ended. What it throws is reported by `run`, and stops no other callback.
  /// The returned handle's cancel() is Python's remove_done_callback. Python: Task.add_done_callback.
  template <class Function>
  callback_handle add_done_callback(Function function) const {
    return detail::call_when_done(
        new detail::done_callback_of<task_handle, Function>(*record_, *this, std::move(function)));
  }

  class awaiter : public detail::handle_wait {
   public:
    awaiter(detail::task_record& awaited, bool take) noexcept : handle_wait(awaited), take_(take) {}
    T await_resume() {
      detail::require_value(*awaited_);
      auto& value = static_cast<detail::task_record_of<T>*>(awaited_)->value;
      if constexpr (std::is_void_v<T> || std::is_reference_v<T>) {
        return value.take();
      } else if constexpr (std::is_copy_constructible_v<T>) {
        // Also a copy of a handle arrives here as an rvalue: the value stays for the others.
        return take_ && awaited_->references == 1 ? value.take() : T(value.look());
      } else {
        return value.take();
      }
    }

   private:
    bool take_;
  };

  awaiter operator co_await() const& {
    static_assert(std::is_void_v<T> || std::is_reference_v<T> || std::is_copy_constructible_v<T>,
                  "this task's value cannot be copied: co_await std::move(handle) to take it");
    return awaiter(*record_, false);
  }
  /// The handle must outlive the await, which a temporary in the same expression does.
  awaiter operator co_await() && { return awaiter(*record_, true); }

 private:
  friend detail::task_record_of<T>;
  explicit task_handle(detail::task_record& record) noexcept : task_handle_base(record) {}
  [[nodiscard]] detail::task_record_of<T>& record() const noexcept {
    return *static_cast<detail::task_record_of<T>*>(record_);
  }
};

}  // namespace overlap::asyncio

/// Handles are keys of maps and sets, as Python's tasks are.
template <class T>
struct std::hash<overlap::asyncio::task_handle<T>> {
  std::size_t operator()(const overlap::asyncio::task_handle<T>& handle) const noexcept {
    return static_cast<std::size_t>(handle.id());
  }
};
