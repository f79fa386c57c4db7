// src/futures/unhandled_exception.cpp
//
// The replaceable handler, as in src/base/assert.cpp.

#include <atomic>
#include <cstdio>
#include <utility>

#include <overlap/futures/unhandled_exception.hpp>

namespace overlap::futures {

namespace {

void write_to_standard_error(const unhandled_exception& unhandled) noexcept {
  const char* text = "an exception that is no std::exception";
  try {
    std::rethrow_exception(unhandled.error);
  } catch (const std::exception& error) {
    // The exception object lives as long as `unhandled.error`, so its text may be used after the handler.
    text = error.what();
  } catch (...) {
  }
  std::fprintf(stderr, "overlap: unhandled exception: %s: %s\n", unhandled.where, text);
}

std::atomic<unhandled_exception_handler> current_handler{&write_to_standard_error};

}  // namespace

unhandled_exception_handler set_unhandled_exception_handler(unhandled_exception_handler handler) noexcept {
  return current_handler.exchange(handler == nullptr ? &write_to_standard_error : handler);
}

void detail::report_unhandled_exception(std::exception_ptr error, const char* where) noexcept {
  current_handler.load()(unhandled_exception{std::move(error), where});
}

}  // namespace overlap::futures
