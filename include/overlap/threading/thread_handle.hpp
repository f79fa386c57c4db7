// include/overlap/threading/thread_handle.hpp
//
// A thread as others see it: its name, its ids, its end.
//
// Threads: copies may be used by several threads at once; one handle only by one at a time, as every value.
//
// Invariants
//   1. Handles of one thread are equal and have one hash, also after its end.
//   2. Who joins a thread sees everything it did, the destructors of its thread_local objects included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>

#include <overlap/base/detail/shared_object.hpp>
#include <overlap/base/shared_text.hpp>
#include <overlap/threading/wait_limit.hpp>

namespace overlap::threading {

class thread_handle;

namespace detail {

/// The shared part of a thread's record (src/threading/thread_record.hpp).
struct thread_state : overlap::detail::shared_object {
  using shared_object::shared_object;

 protected:
  ~thread_state() = default;
};

class thread_record;
thread_record& record_of(const thread_handle& handle);

}  // namespace detail

/// A reference to a thread that somebody else owns: of current_thread(), enumerate(), or a copy of a
/// `thread`. It keeps what is known about the thread, not the thread itself.
///
/// Python   threading.Thread, as its own function or another thread sees it
class thread_handle {
 public:
  /// The name, "Thread-N" unless it was given one. Python: Thread.name.
  [[nodiscard]] shared_text name() const;

  /// Gives it another name. The system shows the first 15 bytes of it when a thread names itself; of others
  /// it shows the name they were started with.
  void set_name(shared_text name) const;

  /// A number of its own, never used again in this process; 0 before start(). Python: Thread.ident.
  [[nodiscard]] std::uint64_t ident() const;

  /// The number that ps, top and debuggers show; 0 before start(). The system may use it again. Waits for the
  /// thread to begin, which it is about to. Python: Thread.native_id.
  [[nodiscard]] unsigned long native_id() const;

  /// It was started and has not ended. Python: Thread.is_alive.
  [[nodiscard]] bool is_alive() const;

  /// Waits for its end; any number of threads may. False: it is still running when the limit comes.
  ///
  /// Throws   what its function threw, to everybody who joins; invalid_state_error if it was not started, for
  ///          the calling thread itself, and for threads that overlap has not started; deadlock_error,
  ///          without a limit, if that thread waits in join() for this one
  /// Python   Thread.join(timeout), which tells neither whether it has ended nor how
  bool join(wait_limit limit = {}) const;  // NOLINT(modernize-use-nodiscard): mostly without a limit

  /// What its function threw, or null. Waits and throws as join() does, but for that exception, and throws
  /// timeout_error or stopped_error when the limit comes.
  [[nodiscard]] std::exception_ptr exception(wait_limit limit = {}) const;

  /// Asks it to end early: the std::stop_token that its function took as first parameter says so. False if
  /// that was done before. Nothing happens to a function that takes none.
  bool request_stop() const noexcept;  // NOLINT(modernize-use-nodiscard)

  friend bool operator==(const thread_handle& left, const thread_handle& right) noexcept {
    return left.state_.get() == right.state_.get();
  }

 protected:
  using reference = overlap::detail::shared_reference<detail::thread_state>;

  explicit thread_handle(reference state) noexcept : state_(static_cast<reference&&>(state)) {}

  reference state_;

 private:
  friend struct std::hash<thread_handle>;
  friend detail::thread_record& detail::record_of(const thread_handle& handle);
  friend class detail::thread_record;
};

}  // namespace overlap::threading

template <>
struct std::hash<overlap::threading::thread_handle> {
  std::size_t operator()(const overlap::threading::thread_handle& handle) const noexcept {
    return std::hash<const void*>()(handle.state_.get());
  }
};
