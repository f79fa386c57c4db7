// include/overlap/futures/map_options.hpp
//
// What map() can be told, and what it makes of that.
//
// Threads: value types; no shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <overlap/base/duration.hpp>
#include <overlap/base/time_point.hpp>

namespace overlap::futures {

/// How map() works through its input.
struct map_options {
  /// Stands for a number the executor chooses.
  static constexpr int automatic = std::numeric_limits<int>::min();

  duration timeout = duration::infinite();  ///< from the call of map(), for all elements
  /// Elements in one job. By default one, and more once the calls have turned out to be so short that the way
  /// to a worker and back would cost more than they do.
  int chunksize = automatic;
  int buffersize = automatic;  ///< elements in flight at most; by default two chunks for each worker
  bool ordered = true;         ///< false: results come as they get done
};

namespace detail {
/// The options as numbers that make sense. Throws invalid_value_error for numbers below 1.
struct map_plan {
  map_plan(const map_options& options, std::size_t width);

  std::size_t chunk_elements = 1;
  std::size_t chunk_elements_max = 1;  // as far as adapt() may go
  std::size_t chunks_in_flight = 1;
  std::size_t elements_max = 0;  // in flight, if it was given; else 0
  std::size_t short_chunks = 0;
  time_point until;
  bool is_ordered = true;
  bool chooses_chunks = false;

  /// A chunk has taken so long; chooses how many elements the next ones have.
  void adapt(std::int64_t nanoseconds) noexcept;
};
[[noreturn]] void throw_map_timeout();
}  // namespace detail

}  // namespace overlap::futures
