// src/base/assert.cpp
//
// The replaceable handler of broken rules. The default one is the only place of the library that writes to
// standard error: the program is about to abort and has no other ear.

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <overlap/base/assert.hpp>

namespace overlap {

namespace {

void write_to_standard_error(const misuse& broken) {
  std::fprintf(stderr, "%s:%u: in %s: broken rule: %s\n  %s\n", broken.place.file_name(),
               static_cast<unsigned>(broken.place.line()), broken.place.function_name(), broken.condition,
               broken.advice);
}

std::atomic<misuse_handler> current_handler{&write_to_standard_error};

}  // namespace

misuse_handler set_misuse_handler(misuse_handler handler) noexcept {
  return current_handler.exchange(handler == nullptr ? &write_to_standard_error : handler);
}

void detail::report_misuse(const char* condition, const char* advice, std::source_location place) {
  current_handler.load()(misuse{condition, advice, place});
  std::abort();
}

}  // namespace overlap
