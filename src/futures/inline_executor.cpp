// src/futures/inline_executor.cpp
//
// The core without a queue.

#include <atomic>

#include <overlap/base/error.hpp>
#include <overlap/futures/inline_executor.hpp>

namespace overlap::futures {

namespace {

class inline_core final : public detail::executor_core {
 public:
  void enqueue(detail::job& work) override {
    if (is_shut_down_.load(std::memory_order_relaxed)) {
      throw invalid_state_error("submitting to an inline executor: it was shut down; submit before");
    }
    work.run();
  }

  // Every job has ended when its submit() returns; there is nothing to wait for or to cancel.
  void shutdown(bool, bool) override { is_shut_down_.store(true, std::memory_order_relaxed); }
  void drain() noexcept override {}
  void close() noexcept override {}
  [[nodiscard]] std::size_t width() const noexcept override { return 1; }

 private:
  std::atomic<bool> is_shut_down_{false};
};

}  // namespace

inline_executor::inline_executor() : basic_executor(detail::core_user(new inline_core)) {}

}  // namespace overlap::futures
