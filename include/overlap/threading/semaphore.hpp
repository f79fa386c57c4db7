// include/overlap/threading/semaphore.hpp
//
// A counting semaphore for threads.
//
// Threads: any, all members; a permit may be released by another thread than the one that acquired it.
//
// Invariants
//   1. A permit is held by exactly one of: the counter, a permit object, or, after detach(), whoever will
//   call
//      release().
//   2. free_ <= bound_.
//   3. Nobody sleeps beside a free permit: who was woken takes one, or finds that another has.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <overlap/threading/detail/monitor.hpp>

namespace overlap::threading {

/// What a semaphore is doing now.
struct semaphore_statistics {
  std::size_t permits_free;
  std::size_t threads_waiting;
};

/// Limits how many threads are in a section at once.
///
/// Without stop tokens and permits that go back by themselves std::counting_semaphore does the same for less.
/// A semaphore must outlive its permits and waiters.
///
/// Python   threading.Semaphore
class semaphore {
 public:
  /// The right to be inside. It goes back when this is destroyed or released.
  class [[nodiscard("the permit goes back at once if it is not kept")]] permit {
   public:
    permit(permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    permit& operator=(permit other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      return *this;
    }
    ~permit() { release(); }

    /// Gives it back now. A second call does nothing.
    void release() noexcept {
      if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->add(1);
    }
    /// Keeps it for good: somebody, on whatever thread, calls semaphore::release() instead.
    void detach() noexcept { semaphore_ = nullptr; }

   private:
    friend semaphore;
    explicit permit(semaphore& owner) noexcept : semaphore_(&owner) {}
    semaphore* semaphore_;
  };

  /// `permits`: how many may be inside at once. Throws invalid_value_error if negative.
  explicit semaphore(std::ptrdiff_t permits = 1) : semaphore(permits, no_bound) {}
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore();

  /// Waits for a permit and returns it. Throws timeout_error, stopped_error. Python: with semaphore.
  permit acquire(wait_limit limit = {}) {
    take(limit, true);
    return permit(*this);
  }
  /// A permit, or nothing if the limit comes first; by default it only looks.
  /// Python: Semaphore.acquire(blocking, timeout).
  [[nodiscard]] std::optional<permit> try_acquire(wait_limit limit = duration()) {
    if (!take(limit, false)) return std::nullopt;
    return permit(*this);
  }

  /// Adds permits: those of permits that were detached, or new ones, as a producer does that counts what is
  /// ready. Throws invalid_value_error for a bounded_semaphore that would get too many, and adds none.
  /// Python: Semaphore.release(n).
  void release(std::size_t count = 1);

  /// No permit is free.
  [[nodiscard]] bool locked() const noexcept { return statistics().permits_free == 0; }

  [[nodiscard]] semaphore_statistics statistics() const noexcept;

 protected:
  static constexpr std::size_t no_bound = static_cast<std::size_t>(-1);
  semaphore(std::ptrdiff_t permits, std::size_t bound);

 private:
  bool take(const wait_limit& limit, bool throws);
  void add(std::size_t count) noexcept;
  void add_under_lock(std::size_t count) noexcept;

  mutable detail::mutex mutex_;
  detail::condition_place freed_;
  std::size_t free_;
  const std::size_t bound_;
  std::size_t waiting_ = 0;
};

}  // namespace overlap::threading
