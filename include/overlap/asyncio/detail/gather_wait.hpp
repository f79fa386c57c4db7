// include/overlap/asyncio/detail/gather_wait.hpp
//
// The part of gather that does not depend on what its children return.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <exception>
#include <new>

#include <overlap/asyncio/detail/scoped_body.hpp>
#include <overlap/asyncio/detail/task_record.hpp>
#include <overlap/asyncio/task_handle.hpp>

namespace overlap::asyncio::detail {

struct gather_wait : scoped_wait, private task_owner {
  explicit gather_wait(bool stop_on_error) noexcept : stop_on_error_(stop_on_error) {}

  /// Starts all children, in order, inside this call. False: all have ended already.
  bool begin(frame& awaiting, std::size_t count);
  /// Throws the first error, if there is one.
  void rethrow_first() const;

 protected:
  virtual ~gather_wait() = default;

  /// Calls attach() for this child.
  virtual task_record& attach_child(std::size_t index) = 0;
  void attach(task_record& record, promise_base& body);

 private:
  void task_ended(task_record& ended) override;
  [[nodiscard]] frame* awaiting() const noexcept override { return waiting; }
  void end();

  scope common_;
  std::size_t left_ = 0;
  std::exception_ptr first_;
  bool stop_on_error_;
  bool child_stopped_ = false;
};

/// How a child failed, as an error: its own, or cancelled_error. Null if it returned.
std::exception_ptr error_of(task_record& child);

/// Children of a gather over a range: built in place, because a record does not move, and one by one, because
/// each is in the cache then until it waits.
template <class T>
class record_array {
 public:
  explicit record_array(std::size_t room)
      : records_(static_cast<task_record_of<T>*>(::operator new(room * sizeof(task_record_of<T>)))) {}
  record_array(const record_array&) = delete;
  record_array& operator=(const record_array&) = delete;
  ~record_array() {
    for (std::size_t i = count_; i != 0; --i) records_[i - 1].~task_record_of<T>();
    ::operator delete(records_);
  }

  /// One more, in the room that was asked for.
  task_record_of<T>& emplace_back() noexcept {
    return *::new (static_cast<void*>(records_ + count_++)) task_record_of<T>;
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  task_record_of<T>& operator[](std::size_t index) noexcept { return records_[index]; }

 private:
  task_record_of<T>* records_;
  std::size_t count_ = 0;
};

}  // namespace overlap::asyncio::detail
