// include/overlap/futures/executor.hpp
//
// What executors have in common as a concept, and one type for all of them, chosen at run time.
//
// Threads: as basic_executor.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <overlap/futures/basic_executor.hpp>

namespace overlap::futures {

/// Something that runs functions and gives futures: every executor of this library, and those of others that
/// have the same members.
template <class Executor>
concept executor = std::movable<Executor> && requires(Executor& pool, int (*function)(int),
                                                      int (&elements)[1], shutdown_options options) {
  { pool.submit(function, 1) } -> std::same_as<future<int>>;
  pool.map(function, elements);
  pool.shutdown(options);
};

namespace detail {

/// An executor that is not of this library behind any_executor.
template <class Executor>
class foreign_core final : public executor_core {
 public:
  explicit foreign_core(Executor&& given) : executor_(std::move(given)) {}

  void enqueue(job& work) override {
    // One more owner, because the package ends the job when submit throws, and so does our caller.
    future_state_base& state = work.state();
    state.add_owner();
    handed_over package(work);
    executor_.submit([package = std::move(package)]() mutable { package.run(); });
    state.drop_owner();
  }
  void shutdown(bool wait, bool cancel) override {
    executor_.shutdown(shutdown_options{.wait = wait, .cancel_futures = cancel});
  }
  void drain() noexcept override {}
  void close() noexcept override {}  // the executor's own destructor finishes the work
  [[nodiscard]] std::size_t width() const noexcept override { return guessed_width; }

 private:
  static constexpr std::size_t guessed_width = 8;  // the concept does not tell

  /// Cancels the job if the other executor drops its function unrun.
  class handed_over {
   public:
    explicit handed_over(job& work) noexcept : work_(&work) {}
    handed_over(handed_over&& other) noexcept : work_(std::exchange(other.work_, nullptr)) {}
    handed_over& operator=(handed_over&&) = delete;
    ~handed_over() {
      if (work_ != nullptr) work_->cancel();
    }
    void run() noexcept { std::exchange(work_, nullptr)->run(); }

   private:
    job* work_;
  };

  Executor executor_;
};

}  // namespace detail

/// Any executor, so that which one is a decision at run time:
///
///     any_executor pool = threads ? any_executor(thread_pool_executor()) : any_executor(inline_executor());
///
/// It takes the executor over and is used in the same way; destroying it finishes the work.
class any_executor final : public basic_executor {
 public:
  /// From an executor of this library: costs nothing.
  template <std::derived_from<basic_executor> Executor>
    requires(!std::same_as<Executor, any_executor>)
  any_executor(Executor&& other) noexcept  // NOLINT(google-explicit-constructor): it is an executor
      : basic_executor(static_cast<basic_executor&&>(other)) {}

  /// From any other executor.
  template <class Executor>
    requires(!std::derived_from<Executor, basic_executor>) && executor<Executor>
  any_executor(Executor other)  // NOLINT(google-explicit-constructor): it is an executor
      : basic_executor(detail::core_user(new detail::foreign_core<Executor>(std::move(other)))) {}
};

}  // namespace overlap::futures
