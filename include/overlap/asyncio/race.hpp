// include/overlap/asyncio/race.hpp
//
// The first of several awaitables, and the end of the others.
//
// Threads: the loop's thread only.
//
// Invariants
//   1. race ends only when all that it has started have ended; so nothing runs on behind its caller's back.
//   2. The winner is decided once. What the others still give, values or errors, is dropped.
#pragma once

#include <coroutine>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <overlap/asyncio/detail/gather_wait.hpp>
#include <overlap/asyncio/gather.hpp>

namespace overlap::asyncio {

/// What race gives: which of its arguments came first, and the value of that.
template <class T>
struct winner {
  std::size_t index;
  T value;
};
template <>
struct winner<void> {
  std::size_t index;
};

namespace detail {

/// The part of race that does not depend on what its children return.
struct race_wait : scoped_wait, private task_owner {
  race_wait() noexcept = default;
  race_wait(const race_wait&) = delete;
  race_wait& operator=(const race_wait&) = delete;

 protected:
  virtual ~race_wait() = default;

  /// Starts the children in order, inside this call, until one has ended. False: all is over already.
  bool begin(frame& awaiting, std::size_t count);
  /// The index of the winner. Throws its error.
  std::size_t settle();

  virtual void attach(std::size_t index) = 0;
  virtual task_record& child(std::size_t index) noexcept = 0;
  void attach(task_record& record, promise_base& body);

 private:
  void task_ended(task_record& ended) override;
  [[nodiscard]] frame* awaiting() const noexcept override { return waiting; }
  void end();

  scope common_;
  std::size_t left_ = 0;
  task_record* winner_ = nullptr;
};

[[noreturn]] void throw_no_competitors();

template <class First, class... Rest>
inline constexpr bool are_same = (std::is_same_v<First, Rest> && ...);

template <class... Ts>
struct race_value {
  using type = std::variant<value_or_monostate<Ts>...>;
};
template <class First, class... Rest>
  requires are_same<First, Rest...>
struct race_value<First, Rest...> {
  using type = First;
};

template <class... Ts>
class race_awaiter final : race_wait {
  using value_type = typename race_value<Ts...>::type;
  using indices = std::index_sequence_for<Ts...>;

 public:
  explicit race_awaiter(std::tuple<task<Ts>...>&& tasks) : tasks_(std::move(tasks)) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle), sizeof...(Ts));
  }
  winner<value_type> await_resume() { return collect(settle(), indices()); }

 private:
  using race_wait::attach;
  void attach(std::size_t index) override { attach_at(index, indices()); }
  task_record& child(std::size_t index) noexcept override { return *child_at(index, indices()); }

  template <std::size_t... I>
  void attach_at(std::size_t index, std::index_sequence<I...>) {
    static_cast<void>(
        ((I == index && (attach(std::get<I>(children_), std::get<I>(tasks_).release_promise()), true)) ||
         ...));
  }
  template <std::size_t... I>
  task_record* child_at(std::size_t index, std::index_sequence<I...>) noexcept {
    task_record* found = nullptr;
    static_cast<void>(((I == index && (found = &std::get<I>(children_), true)) || ...));
    return found;
  }
  template <std::size_t... I>
  winner<value_type> collect(std::size_t index, std::index_sequence<I...>) {
    if constexpr (std::is_void_v<value_type>) {
      return {index};
    } else {
      using taker = value_type (*)(race_awaiter&);
      static constexpr taker takers[] = {[](race_awaiter& self) -> value_type {
        if constexpr (are_same<Ts...>) {
          return std::get<I>(self.children_).value.take();
        } else {
          return value_type(std::in_place_index<I>, take_child(std::get<I>(self.children_)));
        }
      }...};
      return {index, takers[index](*this)};
    }
  }

  std::tuple<task<Ts>...> tasks_;
  std::tuple<task_record_of<Ts>...> children_;
};

template <class T>
class race_range_awaiter final : race_wait {
 public:
  explicit race_range_awaiter(std::vector<task<T>>&& tasks)
      : tasks_(std::move(tasks)), children_(tasks_.size()) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    return begin(frame_of(handle), tasks_.size());
  }
  winner<T> await_resume() {
    const std::size_t index = settle();
    if constexpr (std::is_void_v<T>) {
      return {index};
    } else {
      return {index, children_[index].value.take()};
    }
  }

 private:
  using race_wait::attach;
  void attach(std::size_t index) override {
    attach(children_.emplace_back(), tasks_[index].release_promise());
  }
  task_record& child(std::size_t index) noexcept override { return children_[index]; }

  std::vector<task<T>> tasks_;
  record_array<T> children_;
};

/// Not an awaiter yet, so that it may be moved and given to `run`.
template <class... Ts>
class [[nodiscard("nothing runs until this is awaited")]] race_pack {
 public:
  explicit race_pack(std::tuple<task<Ts>...>&& tasks) : tasks_(std::move(tasks)) {}
  race_awaiter<Ts...> operator co_await() && { return race_awaiter<Ts...>(std::move(tasks_)); }

 private:
  std::tuple<task<Ts>...> tasks_;
};

template <class T>
class [[nodiscard("nothing runs until this is awaited")]] race_range {
 public:
  explicit race_range(std::vector<task<T>>&& tasks) : tasks_(std::move(tasks)) {
    if (tasks_.empty()) throw_no_competitors();
  }
  race_range_awaiter<T> operator co_await() && { return race_range_awaiter<T>(std::move(tasks_)); }

 private:
  std::vector<task<T>> tasks_;
};

template <class... As>
auto race_these(As&&... given) {
  return race_pack<typename as_task_t<As>::value_type...>(
      std::tuple<as_task_t<As>...>(as_task(std::forward<As>(given))...));
}

}  // namespace detail

/// Awaits all of `given` concurrently until the first has ended, by a value or an error; stops the others,
/// waits for them, and gives the first.
///
///   auto [index, page] = co_await race(fetch(mirror_a), fetch(mirror_b));
///
/// They are started in order, inside the call; what comes after one that ends at once is not started. A task
/// behind a handle is not stopped: only the wait for it is. The losers' values and errors are dropped.
///
/// Returns       winner<T>: the index and the value; a std::variant for arguments of different types, with
///               std::monostate for those without a value; only the index if all are without
/// Throws        the winner's error; cancelled_error if a given handle's task was cancelled by somebody
/// Suspends      unless one is done at once
/// Cancellation  stops all children, and the caller when they have ended
/// Cost          one record a child, in the caller's frame; no allocation beside the children's frames
/// Python        none; asyncio.wait(FIRST_COMPLETED) with the cancelling written out
template <awaitable... As>
  requires(sizeof...(As) > 0)
auto race(As&&... given) {
  return detail::race_these(std::forward<As>(given)...);
}

/// The same for a range of tasks (moved in) or of handles. Throws invalid_value_error if it is empty.
template <detail::awaitable_range Range>
auto race(Range&& range) {
  auto tasks = detail::tasks_of(std::forward<Range>(range));
  return detail::race_range<typename decltype(tasks)::value_type::value_type>(std::move(tasks));
}

}  // namespace overlap::asyncio
