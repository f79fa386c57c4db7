// include/overlap/futures/detail/executor_core.hpp
//
// What is behind an executor object: the part that outlives it while map results still feed it and workers
// run.
//
// Threads: every member may be called from any thread.
//
// Invariants
//   1. Users (executor objects, map results) may submit; the core finishes its work when the last one leaves.
//   2. The core lives while it has a user or a reference (of its workers).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <overlap/futures/detail/job.hpp>

namespace overlap::futures::detail {

class executor_core {
 public:
  executor_core(const executor_core&) = delete;
  executor_core& operator=(const executor_core&) = delete;

  /// Takes the job over and runs it some time. When it throws, the job is still the caller's. Meanwhile the
  /// caller keeps an owner of the state besides: the future.
  virtual void enqueue(job& work) = 0;

  /// Throws what enqueue() would throw now because of its state. For those who run the job elsewhere.
  virtual void require_open() {}

  /// No more jobs. `cancel`: those not begun are cancelled. `wait`: returns when all others have ended.
  virtual void shutdown(bool wait, bool cancel) = 0;

  /// An executor object goes away: returns when everything submitted has ended, unless shutdown() said not to
  /// wait.
  virtual void drain() noexcept = 0;

  /// The last user goes away: as shutdown(true, false), unless there was a shutdown().
  virtual void close() noexcept = 0;

  /// How many jobs it runs at once.
  [[nodiscard]] virtual std::size_t width() const noexcept = 0;

  void add_user() noexcept;
  void drop_user() noexcept;

  void add_reference() noexcept;
  void drop_reference() noexcept;

 protected:
  executor_core() noexcept = default;  // born with one user
  virtual ~executor_core() = default;

 private:
  // Plain words here, atomics in the .cpp.
  std::uint64_t users_ = 1;
  std::uint64_t references_ = 1;  // all users together hold one
};

/// Owns one user of a core.
class core_user {
 public:
  core_user() noexcept = default;
  /// Takes over the user that `core` was born with.
  explicit core_user(executor_core* core) noexcept : core_(core) {}
  static core_user share(executor_core& core) noexcept {
    core.add_user();
    return core_user(&core);
  }
  core_user(const core_user& other) noexcept : core_(other.core_) {
    if (core_ != nullptr) core_->add_user();
  }
  core_user(core_user&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
  core_user& operator=(core_user other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~core_user() {
    if (core_ != nullptr) core_->drop_user();
  }

  [[nodiscard]] executor_core* get() const noexcept { return core_; }
  executor_core* operator->() const noexcept { return core_; }

 private:
  executor_core* core_ = nullptr;
};

/// Hands a job over, or gives its reference back and throws.
void submit_job(executor_core& core, job& work);

/// Makes a job of the function, hands it over and returns its future.
template <class Function, class... Arguments>
auto submit_to(executor_core& core, Function&& function, Arguments&&... arguments) {
  auto made = bind_job(std::forward<Function>(function), std::forward<Arguments>(arguments)...);
  submit_job(core, *made.work);
  return std::move(made.result);
}

}  // namespace overlap::futures::detail
