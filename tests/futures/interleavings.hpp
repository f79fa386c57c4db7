// tests/futures/interleavings.hpp
//
// Runs small programs of several threads in every order of their accesses to atomics, also with stores that
// become visible late, as on x86 (each thread has a buffer of stores; a seq_cst store and every
// read-modify-write empties it first). Code under test takes its atomics as a template parameter and gets
// model_atomic.
//
// A state is what memory holds, what waits in the buffers and what each thread has read so far; a state that
// was reached before is not gone on from again, so that orders which cannot be told apart are tried once.
//
// Threads: one; the program's threads are contexts that are switched by hand.
#pragma once

#include <ucontext.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

namespace overlap::futures::model {

/// Sanitizers lose track of stacks that are switched by hand, or become very slow.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool can_switch_contexts = false;
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool can_switch_contexts = false;
#  else
inline constexpr bool can_switch_contexts = true;
#  endif
#else
inline constexpr bool can_switch_contexts = true;
#endif

/// What one exploration has seen.
struct findings {
  std::size_t runs = 0;
  std::size_t states = 0;
  std::string failure;  // the first one; empty: none
};

class machine {
 public:
  static inline machine* current = nullptr;

  /// Of the program under test: adds a thread. Before it runs.
  void thread(std::function<void()> body);
  /// What must hold when no thread can go on. `stuck`: threads that wait for something.
  void at_end(std::function<std::string(int stuck)> check) { check_ = std::move(check); }

  /// For a thread at the head of its loop: all it remembers is `state`, so that rounds which lead to the same
  /// state need not be told apart.
  void remember_only(std::uint64_t state) {
    running_->history = state + 1000;
    running_->steps = 0;
  }

  /// Says that the run is wrong. The text is kept.
  void fail(std::string text) {
    if (failure_.empty()) failure_ = std::move(text);
  }

  // For model_atomic.
  std::size_t new_cell(std::uint64_t value) {
    memory_.push_back(value);
    return memory_.size() - 1;
  }
  std::uint64_t load(std::size_t cell);
  void store(std::size_t cell, std::uint64_t value, bool is_late);
  /// `change(old)` gives the new value, or the old one to leave it.
  template <class Change>
  std::uint64_t update(std::size_t cell, Change change) {
    begin_update(cell);
    const std::uint64_t old = memory_[cell];
    memory_[cell] = change(old);
    return old;
  }
  /// Waits until the cell, in memory, is not zero, and takes one off.
  void take_one(std::size_t cell);

 private:
  friend findings explore(const std::function<void(machine&)>&, bool, std::size_t);

  struct fiber {
    std::function<void()> body;
    std::unique_ptr<char[]> stack;
    ucontext_t context{};
    std::deque<std::pair<std::size_t, std::uint64_t>> late;  // stores nobody else sees yet
    std::uint64_t history = 1;
    std::uint64_t steps = 0;
    std::size_t waits_for = none;
    bool has_ended = false;
  };
  static constexpr std::size_t none = ~std::size_t{0};
  static constexpr std::size_t stack_bytes = 64 * std::size_t{1024};

  void run(std::vector<std::size_t>& choices, std::vector<std::size_t>& widths,
           std::unordered_set<std::uint64_t>& seen);
  std::vector<std::size_t> possible() const;
  void act(std::size_t action);
  void switch_to_scheduler();
  void begin_update(std::size_t cell);
  void empty_buffer();
  void remember(std::uint64_t value);
  std::uint64_t hash() const;
  static void enter();

  bool stores_may_be_late_ = false;
  std::vector<std::uint64_t> memory_;
  std::deque<fiber> fibers_;
  fiber* running_ = nullptr;
  ucontext_t scheduler_{};
  std::function<std::string(int)> check_;
  std::string failure_;
};

/// Tries all courses of the program that `build` sets up. Late stores if `stores_may_be_late`.
findings explore(const std::function<void(machine&)>& build, bool stores_may_be_late,
                 std::size_t states_max = 3'000'000);

/// Stands for std::atomic.
template <class T>
class model_atomic {
 public:
  model_atomic() : model_atomic(T()) {}
  model_atomic(T value) : cell_(machine::current->new_cell(bits(value))) {}  // NOLINT

  T load(std::memory_order = std::memory_order_seq_cst) const { return value(machine::current->load(cell_)); }
  void store(T wanted, std::memory_order order = std::memory_order_seq_cst) {
    machine::current->store(cell_, bits(wanted), order != std::memory_order_seq_cst);
  }
  T fetch_add(T more, std::memory_order = std::memory_order_seq_cst) {
    return value(machine::current->update(cell_, [&](std::uint64_t old) { return bits(value(old) + more); }));
  }
  T fetch_sub(T less, std::memory_order = std::memory_order_seq_cst) {
    return value(machine::current->update(cell_, [&](std::uint64_t old) { return bits(value(old) - less); }));
  }
  T fetch_or(T more, std::memory_order = std::memory_order_seq_cst) {
    return value(machine::current->update(cell_, [&](std::uint64_t old) { return bits(value(old) | more); }));
  }
  bool compare_exchange_strong(T& expected, T wanted, std::memory_order = std::memory_order_seq_cst) {
    const std::uint64_t sought = bits(expected);
    const std::uint64_t old = machine::current->update(
        cell_, [&](std::uint64_t before) { return before == sought ? bits(wanted) : before; });
    expected = value(old);
    return old == sought;
  }
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, wanted, order);
  }

 private:
  static std::uint64_t bits(T value) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, &value, sizeof value);
    return raw;
  }
  static T value(std::uint64_t raw) {
    T value{};
    std::memcpy(&value, &raw, sizeof value);
    return value;
  }

  std::size_t cell_;
};

/// The same with a planted bug: no store is ordered before what comes after it.
template <class T>
class model_atomic_without_order : public model_atomic<T> {
 public:
  using model_atomic<T>::model_atomic;
  void store(T wanted, std::memory_order = std::memory_order_seq_cst) {
    model_atomic<T>::store(wanted, std::memory_order_release);
  }
};

/// Stands for futex_permits.
class model_permits {
 public:
  void give(int count) { count_.fetch_add(count); }
  template <class... Limit>
  bool take(Limit...) {
    machine::current->take_one(cell_);
    return true;
  }

 private:
  struct counted {
    std::size_t cell = machine::current->new_cell(0);
    void fetch_add(int more) {
      machine::current->update(cell,
                               [=](std::uint64_t old) { return old + static_cast<std::uint64_t>(more); });
    }
  };
  counted count_;
  std::size_t cell_ = count_.cell;
};

}  // namespace overlap::futures::model
