// src/threading/excepthook.cpp
//
// The replaceable hook, as in src/base/assert.cpp.

#include <atomic>
#include <cstdio>
#include <utility>

#include <overlap/threading/excepthook.hpp>

#include "threading/report.hpp"

namespace overlap::threading {

namespace {

void write_to_standard_error(const excepthook_arguments& arguments) noexcept {
  const char* text = "an exception that is no std::exception";
  try {
    std::rethrow_exception(arguments.error);
  } catch (const std::exception& error) {
    // The exception object lives as long as `arguments.error`, so its text may be used after the handler.
    text = error.what();
  } catch (...) {
  }
  std::fprintf(stderr, "overlap: exception in thread %s: %s\n", arguments.thread.name().c_str(), text);
}

std::atomic<excepthook_function> current_hook{&write_to_standard_error};

}  // namespace

excepthook_function set_excepthook(excepthook_function hook) noexcept {
  return current_hook.exchange(hook == nullptr ? &write_to_standard_error : hook);
}

void detail::report_exception(std::exception_ptr error, thread_handle thread) noexcept {
  current_hook.load()(excepthook_arguments{std::move(error), std::move(thread)});
}

}  // namespace overlap::threading
