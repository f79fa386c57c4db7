// bench/compare/floor/floor.hpp
//
// The least that coroutines need: frames from a free list, a lazy task, a ready queue, a queue of items, a
// mutex and a heap of timers. No cancellation, no errors, no owners, no threads, no diagnostics: what overlap
// adds to that is the price of those.
//
// Threads: one.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace hand {

/// Free lists of frames, by size in steps of 16 bytes.
class frame_pool {
 public:
  static void* take(std::size_t size) {
    const std::size_t step = (size + 15) / 16;
    if (step < steps && free_[step] != nullptr)
      return std::exchange(free_[step], *static_cast<void**>(free_[step]));
    return ::operator new(step * 16);
  }
  static void give(void* frame, std::size_t size) noexcept {
    const std::size_t step = (size + 15) / 16;
    if (step >= steps) return ::operator delete(frame);
    *static_cast<void**>(frame) = std::exchange(free_[step], frame);
  }

 private:
  static constexpr std::size_t steps = 64;
  static inline void* free_[steps] = {};
};

/// Something that waits for its turn; also a link in a line of those that wait for something else.
struct node {
  node* next = nullptr;
  std::coroutine_handle<> handle;
};

/// First come, first served.
class node_queue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  void push(node& added) noexcept {
    added.next = nullptr;
    *last_ = &added;
    last_ = &added.next;
  }
  node& pop() noexcept {
    node& taken = *first_;
    first_ = taken.next;
    if (first_ == nullptr) last_ = &first_;
    return taken;
  }

 private:
  node* first_ = nullptr;
  node** last_ = &first_;
};

inline node_queue ready;

inline void run_ready() {
  while (!ready.empty()) ready.pop().handle.resume();
}

struct yield : node {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle = waiting;
    ready.push(*this);
  }
  void await_resume() const noexcept {}
};

/// A lazy coroutine with an int: awaited, or spawned and joined.
class task {
 public:
  struct promise_type : node {
    int value = 0;
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::size_t* unfinished = nullptr;  // of those gathered with it

    static void* operator new(std::size_t size) { return frame_pool::take(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { frame_pool::give(frame, size); }

    task get_return_object() noexcept {
      handle = std::coroutine_handle<promise_type>::from_promise(*this);
      return task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct final_awaiter {
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        promise_type& promise = ended.promise();
        if (promise.unfinished != nullptr && --*promise.unfinished > 0) return std::noop_coroutine();
        return promise.continuation;
      }
      void await_resume() const noexcept {}
    };
    final_awaiter final_suspend() noexcept { return {}; }
    void return_value(int result) noexcept { value = result; }
    void unhandled_exception() noexcept { std::terminate(); }
  };

  task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  task& operator=(task&&) = delete;
  ~task() {
    if (coroutine_) coroutine_.destroy();
  }

  /// Starts it now, inside the await, and goes on when it has ended.
  struct awaiter {
    std::coroutine_handle<promise_type> child;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) const noexcept {
      child.promise().continuation = parent;
      return child;
    }
    [[nodiscard]] int await_resume() const noexcept { return child.promise().value; }
  };
  awaiter operator co_await() const noexcept { return {coroutine_}; }

  /// Queues it for its first step.
  void spawn() noexcept { ready.push(coroutine_.promise()); }

  /// Waits for the end of a spawned task.
  struct join_awaiter : awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return child.done(); }
    void await_suspend(std::coroutine_handle<> parent) const noexcept {
      child.promise().continuation = parent;
    }
  };
  [[nodiscard]] join_awaiter join() const noexcept { return {{coroutine_}}; }

  [[nodiscard]] promise_type& promise() const noexcept { return coroutine_.promise(); }
  [[nodiscard]] bool done() const noexcept { return coroutine_.done(); }

  /// Destroys the frame, and with it those that it awaits.
  void destroy() noexcept { std::exchange(coroutine_, {}).destroy(); }

 private:
  explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}
  std::coroutine_handle<promise_type> coroutine_;
};

/// Spawns all of `children` and waits until the last has ended.
struct gather_awaiter {
  std::span<task> children;
  std::size_t unfinished = children.size();

  [[nodiscard]] bool await_ready() const noexcept { return children.empty(); }
  void await_suspend(std::coroutine_handle<> parent) noexcept {
    for (task& each : children) {
      each.promise().unfinished = &unfinished;
      each.promise().continuation = parent;
      each.spawn();
    }
  }
  void await_resume() const noexcept {}
};
inline gather_awaiter gather(std::span<task> children) { return {children}; }

/// An unbounded queue with one task that gets.
class item_queue {
 public:
  void put(int item) {
    items_.push_back(item);
    if (getter_ != nullptr) ready.push(*std::exchange(getter_, nullptr));
  }
  struct get_awaiter : node {
    item_queue& from;
    explicit get_awaiter(item_queue& queue) noexcept : from(queue) {}
    [[nodiscard]] bool await_ready() const noexcept { return !from.items_.empty(); }
    void await_suspend(std::coroutine_handle<> waiting) noexcept {
      handle = waiting;
      from.getter_ = this;
    }
    int await_resume() noexcept {
      const int item = from.items_.front();
      from.items_.pop_front();
      return item;
    }
  };
  [[nodiscard]] get_awaiter get() noexcept { return get_awaiter(*this); }

 private:
  std::deque<int> items_;
  node* getter_ = nullptr;
};

class mutex {
 public:
  struct lock_awaiter : node {
    mutex& wanted;
    explicit lock_awaiter(mutex& of) noexcept : wanted(of) {}
    [[nodiscard]] bool await_ready() const noexcept { return !std::exchange(wanted.is_locked_, true); }
    void await_suspend(std::coroutine_handle<> waiting) noexcept {
      handle = waiting;
      wanted.line_.push(*this);
    }
    void await_resume() const noexcept {}
  };
  [[nodiscard]] lock_awaiter lock() noexcept { return lock_awaiter(*this); }
  void unlock() noexcept {
    if (line_.empty())
      is_locked_ = false;
    else
      ready.push(line_.pop());
  }

 private:
  bool is_locked_ = false;
  node_queue line_;
};

}  // namespace hand
