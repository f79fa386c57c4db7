// include/overlap/testing/failed_expectations.hpp
//
// The error of a schedule whose expectations have failed: for test frameworks.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <string_view>
#include <utility>

#include <overlap/base/error.hpp>

namespace overlap::testing {

/// A test framework found something wrong that was not thrown. `place` is where the first expectation stands:
/// two schedules that fail at the same place have the same failure.
class failed_expectations : public error {
 public:
  failed_expectations(shared_text message, shared_text place) noexcept
      : error(std::move(message)), place_(std::move(place)) {}

  [[nodiscard]] std::string_view place() const noexcept { return place_.view(); }

 private:
  shared_text place_;
};

}  // namespace overlap::testing
