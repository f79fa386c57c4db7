// include/overlap/asyncio/task_group.hpp
//
// The owner of tasks. It cannot be left before all of them have ended.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. A child is registered before its first step, and the group is left only when no child is running.
//   2. The first failure (of a child or of the body) cancels the scope; everything else that fails joins it.
//   3. A cancelled child is not a failure.
#pragma once

#include <cstddef>
#include <exception>
#include <source_location>
#include <utility>
#include <vector>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/scope_resource.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/asyncio/task_options.hpp>
#include <overlap/asyncio/task_status.hpp>
#include <overlap/asyncio/with.hpp>

namespace overlap::asyncio {

/// Runs tasks and does not end before they have ended:
///
///   co_await with(task_group(), [&](task_group& group) -> task<> {
///     auto first = group.create_task(fetch(a));
///     auto second = group.create_task(fetch(b));
///     co_await something_else();
///   });
///
/// If a child or the body fails, the others are stopped and awaited, and `with` throws one exception_group:
/// the body's error first, then the children's in the order of their start. Cancelled children never count.
/// Cancellation from outside stops all, and goes on outwards when they have ended. Results and errors can
/// be read from the handles afterwards. The group itself may be passed to children, who may start more.
///
/// Python   asyncio.TaskGroup
class task_group : public detail::scope_resource, private detail::task_owner {
 public:
  task_group() noexcept = default;
  task_group(task_group&& other) noexcept : scope_resource(std::move(other)) {}
  ~task_group() override = default;

  /// Starts `body` as a child. It takes its first step after the caller next suspends; children start in
  /// the order of creation. `name` is shown in errors and in the task tree.
  ///
  /// Throws        invalid_state_error  if the group has not been entered, has been left, or is ending
  ///               because of a failure or cancel(); the body never starts then
  /// Suspends      never
  /// Cost          one allocation beside the coroutine's frame
  /// Python        TaskGroup.create_task
  template <class T>
  task_handle<T> create_task(task<T> body, const task_options& options = {},
                             std::source_location place = std::source_location::current()) {
    auto* record = new detail::task_record_of<T>;
    task_handle<T> handle = record->handle();
    adopt(*record, body.release_promise(), options, place);
    return handle;
  }
  template <class T>
  task_handle<T> create_task(task<T> body, std::string_view name,
                             std::source_location place = std::source_location::current()) {
    return create_task(std::move(body), task_options{.name = name}, place);
  }

  /// The same for a callable that returns a task: the group keeps it, captures and all, until the task ends.
  template <detail::task_function Function>
  auto create_task(Function&& function, const task_options& options = {},
                   std::source_location place = std::source_location::current()) {
    return create_task(detail::invoke_kept<std::decay_t<Function>>(std::forward<Function>(function)), options,
                       place);
  }

  /// The same with arguments, which are copied or moved in and kept too.
  template <class Function, class First, class... Rest>
    requires detail::task_function<std::decay_t<Function>&, std::decay_t<First>, std::decay_t<Rest>...>
  auto create_task(Function&& function, First&& first, Rest&&... rest) {
    return create_task(
        detail::invoke_kept<std::decay_t<Function>, std::decay_t<First>, std::decay_t<Rest>...>(
            std::forward<Function>(function), std::forward<First>(first), std::forward<Rest>(rest)...));
  }

  /// Starts `function(task_status<T>, arguments…)` as a child and waits until it says `started(value)`:
  /// `int port = co_await group.start<int>(serve, 0);`
  ///
  /// Returns       the value
  /// Throws        the child's error if it fails before it is ready (the group does not see it then);
  ///               invalid_state_error if it ends without saying so, or if the group takes no tasks;
  ///               cancelled_error if somebody else cancels the child
  /// Cancellation  before it is ready: cancels the child, and stops when that has ended
  /// Python        trio's Nursery.start
  template <class T = void, class Function, class... Args>
  auto start(Function&& function, Args&&... args) {
    detail::refuse_unsafe_closures<Function>();
    detail::refuse_unsafe_arguments<Args...>();
    auto* state = new detail::start_state{.references = 2};
    return detail::start_request<T>(
        *state, *this,
        detail::invoke_kept<std::decay_t<Function>, task_status<T>, std::decay_t<Args>...>(
            std::forward<Function>(function), task_status<T>(*state), std::forward<Args>(args)...),
        std::source_location::current());
  }

  /// Stops the body and all children; `with` then returns quietly (a body with a value: cancelled_error).
  /// Before entering: stops as soon as it is entered. After leaving: nothing. Python: TaskGroup.cancel.
  void cancel(shared_text reason = {}, std::source_location place = std::source_location::current());

  /// How many children have not ended.
  [[nodiscard]] std::size_t size() const noexcept { return running_; }

  template <class T>
  using with_result = T;
  template <class T>
  static T without_value() {
    if constexpr (!std::is_void_v<T>) detail::throw_group_cancelled();
  }

 private:
  struct failure {
    std::uint64_t order;  // the task's id; 0 for the body
    std::exception_ptr error;
  };

  friend class detail::start_wait;
  void adopt(detail::task_record& record, detail::promise_base& body, const task_options& options,
             std::source_location place);
  [[nodiscard]] bool is_taken_by_start(detail::task_record& ended) noexcept;
  void task_ended(detail::task_record& ended) override;
  [[nodiscard]] detail::frame* awaiting() const noexcept override { return body_ ? body_->waiting : nullptr; }
  void on_enter() override;
  bool on_body_end() override;
  [[nodiscard]] bool passes_stop_on() const override;
  void throw_errors() override;
  [[nodiscard]] bool takes_body_error() const noexcept override { return true; }
  void fail(std::uint64_t order, std::exception_ptr error);

  std::vector<failure> failures_;
  intrusive_list<detail::start_wait> starting_;
  std::size_t running_ = 0;
  bool child_stopped_ = false;
  bool body_over_ = false;
  bool cancel_called_ = false;
  shared_text cancel_reason_;
  std::source_location cancel_place_;
};

}  // namespace overlap::asyncio
