// src/threading/thread.cpp
//
// Threads and handles as faces of a record, and the questions about the current thread.

#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/threading/current_thread.hpp>
#include <overlap/threading/errors.hpp>
#include <overlap/threading/thread.hpp>

#include "platform/current_thread.hpp"
#include "threading/thread_record.hpp"
#include "threading/thread_registry.hpp"

namespace overlap::threading {

detail::thread_record& detail::record_of(const thread_handle& handle) {
  OVERLAP_ASSERT(handle.state_, "this thread was moved from; use the one it was moved to");
  return static_cast<thread_record&>(const_cast<thread_state&>(*handle.state_));
}

shared_text thread_handle::name() const { return detail::record_of(*this).name(); }
void thread_handle::set_name(shared_text name) const { detail::record_of(*this).set_name(std::move(name)); }
std::uint64_t thread_handle::ident() const { return detail::record_of(*this).ident(); }
unsigned long thread_handle::native_id() const { return detail::record_of(*this).native_id(); }
bool thread_handle::is_alive() const { return detail::record_of(*this).is_alive(); }
bool thread_handle::request_stop() const noexcept { return detail::record_of(*this).request_stop(); }

bool thread_handle::join(wait_limit limit) const {
  detail::thread_record& record = detail::record_of(*this);
  if (!record.join(limit)) return false;
  if (const std::exception_ptr error = record.take_error()) std::rethrow_exception(error);
  return true;
}

std::exception_ptr thread_handle::exception(wait_limit limit) const {
  detail::thread_record& record = detail::record_of(*this);
  if (!record.join(limit)) {
    if (limit.stop_requested()) throw stopped_error();
    throw timeout_error("exception: the thread is still running");
  }
  return record.take_error();
}

thread_handle::reference thread::make_state(detail::thread_work* work, const thread_options& options) {
  try {
    return reference::adopt(new detail::thread_record(work, options.name, options.stack_bytes));
  } catch (...) {
    delete work;
    throw;
  }
}

thread& thread::operator=(thread&& other) noexcept {
  if (this != &other) {
    finish();
    state_ = std::move(other.state_);
  }
  return *this;
}

thread::~thread() { finish(); }

void thread::finish() noexcept {
  if (state_) detail::record_of(*this).finish_for_owner();
}

void thread::start() & { detail::record_of(*this).start(false); }

void thread::start() && {
  detail::record_of(*this).start(true);
  state_ = reference();
}

thread_handle current_thread() { return detail::current_record_or_new().handle(); }
thread_handle main_thread() { return detail::main_record().handle(); }
std::vector<thread_handle> enumerate() { return detail::alive_threads(); }
std::size_t active_count() { return detail::alive_thread_count(); }
std::uint64_t get_ident() noexcept { return detail::current_ident(); }
unsigned long get_native_id() noexcept { return platform::native_thread_id(); }

}  // namespace overlap::threading
