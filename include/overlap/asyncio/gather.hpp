// include/overlap/asyncio/gather.hpp
//
// Several awaitables at once, results in the order of the arguments.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. gather ends only when all its children have ended; so nothing of it runs on behind its caller's back.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <overlap/asyncio/detail/awaitable.hpp>
#include <overlap/asyncio/detail/gather_wait.hpp>
#include <overlap/base/outcome.hpp>

namespace overlap::asyncio {

/// First argument of gather: an outcome for each child instead of the first error for all.
struct return_exceptions_t {};
inline constexpr return_exceptions_t return_exceptions;

namespace detail {

template <class T>
using value_or_monostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
value_or_monostate<T> take_child(task_record_of<T>& child) {
  require_value(child);
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return child.value.take();
  }
}

template <class T>
outcome<T> take_outcome(task_record_of<T>& child) {
  if (std::exception_ptr error = error_of(child)) return error;
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return child.value.take();
  }
}

template <bool Outcomes, class... Ts>
class gather_awaiter final : gather_wait {
 public:
  explicit gather_awaiter(std::tuple<task<Ts>...>&& tasks)
      : gather_wait(!Outcomes), tasks_(std::move(tasks)) {}
  gather_awaiter(const gather_awaiter&) = delete;
  gather_awaiter& operator=(const gather_awaiter&) = delete;
  ~gather_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return sizeof...(Ts) == 0; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle), sizeof...(Ts));
  }
  auto await_resume() { return collect(std::index_sequence_for<Ts...>()); }

 private:
  task_record& attach_child(std::size_t index) override {
    return *attach_at(index, std::index_sequence_for<Ts...>());
  }
  template <std::size_t... I>
  task_record* attach_at(std::size_t index, std::index_sequence<I...>) {
    task_record* attached = nullptr;
    [[maybe_unused]] const auto attach_this = [this, &attached](auto& record, auto& body) {
      attach(record, body.release_promise());
      attached = &record;
      return true;
    };
    static_cast<void>(((I == index && attach_this(std::get<I>(children_), std::get<I>(tasks_))) || ...));
    return attached;
  }
  template <std::size_t... I>
  auto collect(std::index_sequence<I...>) {
    if constexpr (Outcomes) {
      return std::tuple<outcome<Ts>...>(take_outcome(std::get<I>(children_))...);
    } else {
      rethrow_first();
      if constexpr ((std::is_void_v<Ts> && ...)) {
        (take_child(std::get<I>(children_)), ...);
      } else {
        return std::tuple<value_or_monostate<Ts>...>(take_child(std::get<I>(children_))...);
      }
    }
  }

  std::tuple<task<Ts>...> tasks_;
  std::tuple<task_record_of<Ts>...> children_;
};

template <bool Outcomes, class T>
class gather_range_awaiter final : gather_wait {
 public:
  explicit gather_range_awaiter(std::vector<task<T>>&& tasks)
      : gather_wait(!Outcomes), tasks_(std::move(tasks)), children_(tasks_.size()) {}
  gather_range_awaiter(const gather_range_awaiter&) = delete;
  gather_range_awaiter& operator=(const gather_range_awaiter&) = delete;
  ~gather_range_awaiter() = default;

  [[nodiscard]] bool await_ready() const noexcept { return tasks_.empty(); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle), tasks_.size());
  }
  auto await_resume() {
    if constexpr (Outcomes) {
      std::vector<outcome<T>> results;
      results.reserve(children_.size());
      for (std::size_t i = 0; i < children_.size(); ++i) results.push_back(take_outcome(children_[i]));
      return results;
    } else {
      rethrow_first();
      if constexpr (std::is_void_v<T>) {
        for (std::size_t i = 0; i < children_.size(); ++i) take_child(children_[i]);
      } else {
        std::vector<T> results;
        results.reserve(children_.size());
        for (std::size_t i = 0; i < children_.size(); ++i) results.push_back(take_child(children_[i]));
        return results;
      }
    }
  }

 private:
  task_record& attach_child(std::size_t index) override {
    task_record& record = children_.emplace_back();
    attach(record, tasks_[index].release_promise());
    return record;
  }

  std::vector<task<T>> tasks_;
  record_array<T> children_;
};

/// Tasks to be gathered. Not an awaiter yet, so that it may be moved and given to `run`.
template <bool Outcomes, class... Ts>
class [[nodiscard("nothing runs until this is awaited")]] gather_pack {
 public:
  explicit gather_pack(std::tuple<task<Ts>...>&& tasks) : tasks_(std::move(tasks)) {}
  gather_awaiter<Outcomes, Ts...> operator co_await() && {
    return gather_awaiter<Outcomes, Ts...>(std::move(tasks_));
  }

 private:
  std::tuple<task<Ts>...> tasks_;
};

template <bool Outcomes, class T>
class [[nodiscard("nothing runs until this is awaited")]] gather_range {
 public:
  explicit gather_range(std::vector<task<T>>&& tasks) : tasks_(std::move(tasks)) {}
  gather_range_awaiter<Outcomes, T> operator co_await() && {
    return gather_range_awaiter<Outcomes, T>(std::move(tasks_));
  }

 private:
  std::vector<task<T>> tasks_;
};

template <bool Outcomes, class... As>
auto gather_these(As&&... given) {
  return gather_pack<Outcomes, typename as_task_t<As>::value_type...>(
      std::tuple<as_task_t<As>...>(as_task(std::forward<As>(given))...));
}

/// A range whose elements can be awaited.
template <class Range>
concept awaitable_range = !awaitable<Range> && requires(Range& range) {
  range.begin() != range.end();
  requires awaitable<std::remove_cvref_t<decltype(*range.begin())>>;
};

/// The elements as tasks: tasks are moved out of the range, handles are copied or moved as the range allows.
template <class Range>
auto tasks_of(Range&& range) {
  using element = std::remove_cvref_t<decltype(*range.begin())>;
  std::vector<as_task_t<element>> tasks;
  if constexpr (requires { range.size(); }) tasks.reserve(range.size());
  for (auto&& each : range) {
    if constexpr (std::is_copy_constructible_v<element> && std::is_lvalue_reference_v<Range>) {
      tasks.push_back(as_task(element(each)));  // handles are copied: the caller keeps his
    } else {
      static_assert(!std::is_lvalue_reference_v<Range>,
                    "tasks are awaited once: move the range in, as in gather(std::move(tasks))");
      tasks.push_back(as_task(std::move(each)));
    }
  }
  return tasks;
}

template <bool Outcomes, class T>
auto gather_all(std::vector<task<T>>&& tasks) {
  return gather_range<Outcomes, T>(std::move(tasks));
}

template <bool Outcomes, class Range>
auto gather_all(Range&& range) {
  auto tasks = tasks_of(std::forward<Range>(range));
  return gather_range<Outcomes, typename decltype(tasks)::value_type::value_type>(std::move(tasks));
}

}  // namespace detail

/// Awaits all of `given` concurrently.
///
/// If one fails, the others are stopped and awaited, and the first error is thrown as it is. (Python leaves
/// the others running: a documented difference.)
///
/// Returns       a tuple of the values in the order of the arguments, std::monostate for those without; or
///               nothing if all are without
/// Throws        the first error; cancelled_error if a given handle's task was cancelled by somebody
/// Suspends      unless all are done at once
/// Cancellation  stops all children, and the caller when they have ended
/// Cost          one record a child, in the caller's frame; no allocation beside the children's frames
/// Python        asyncio.gather
template <awaitable... As>
auto gather(As&&... given) {
  return detail::gather_these<false>(std::forward<As>(given)...);
}

/// The same for a range of tasks (moved in) or of handles: a vector of the values.
template <detail::awaitable_range Range>
auto gather(Range&& range) {
  return detail::gather_all<false>(std::forward<Range>(range));
}

/// Never throws a child's error: each child gives an outcome, and none is stopped because another failed.
/// Python: gather(…, return_exceptions=True).
template <awaitable... As>
auto gather(return_exceptions_t, As&&... given) {
  return detail::gather_these<true>(std::forward<As>(given)...);
}

template <detail::awaitable_range Range>
auto gather(return_exceptions_t, Range&& range) {
  return detail::gather_all<true>(std::forward<Range>(range));
}

}  // namespace overlap::asyncio
