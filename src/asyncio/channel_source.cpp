// src/asyncio/channel_source.cpp
//
// The end of a producer, whose error belongs to whoever consumed its values.

#include <overlap/asyncio/channel_source.hpp>
#include <overlap/base/exception_cast.hpp>

namespace overlap::asyncio::detail {

task<> end_producer(task_handle<> producer) {
  producer.cancel("the body that took its values has ended");
  std::exception_ptr error;
  try {
    co_await producer;
  } catch (...) {
    // Cancelled here it has no error; a cancelled_error that it threw itself counts.
    if (!producer.cancelled()) error = std::current_exception();
  }
  if (error && exception_cast<broken_channel>(error) == nullptr) std::rethrow_exception(std::move(error));
}

}  // namespace overlap::asyncio::detail
