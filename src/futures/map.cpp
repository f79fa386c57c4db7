// src/futures/map.cpp
//
// From options to a plan.

#include <algorithm>
#include <string>

#include <overlap/base/error.hpp>
#include <overlap/futures/map.hpp>

namespace overlap::futures::detail {

namespace {

// A chunk costs about 300 ns beside its calls: at 10 µs that is little. Longer ones would only make the end
// uneven and the reader wait.
constexpr std::int64_t short_chunk_nanoseconds = 10'000;
constexpr std::int64_t long_chunk_nanoseconds = 100'000;
constexpr std::size_t chunk_elements_limit = 1024;

std::size_t checked(const char* name, int wanted) {
  if (wanted >= 1) return static_cast<std::size_t>(wanted);
  throw invalid_value_error("map: " + std::string(name) + " is " + std::to_string(wanted) +
                            "; it needs at least 1 (leave it out for the default)");
}

}  // namespace

map_plan::map_plan(const map_options& options, std::size_t width)
    : until(moment_after(options.timeout)), is_ordered(options.ordered) {
  chunks_in_flight = 2 * std::max<std::size_t>(width, 1);
  chooses_chunks = options.chunksize == map_options::automatic;
  if (!chooses_chunks) chunk_elements = checked("chunksize", options.chunksize);
  if (options.buffersize == map_options::automatic) {
    chunk_elements_max = chooses_chunks ? chunk_elements_limit : chunk_elements;
    return;
  }
  elements_max = checked("buffersize", options.buffersize);
  chunk_elements = std::min(chunk_elements, elements_max);
  chunk_elements_max = chunk_elements;
  if (chooses_chunks) {
    // Two for each worker, so that none waits for the next one.
    chunk_elements_max = std::clamp<std::size_t>(elements_max / chunks_in_flight, 1, chunk_elements_limit);
  }
  chunks_in_flight = elements_max / chunk_elements;
}

void map_plan::adapt(std::int64_t nanoseconds) noexcept {
  if (chunk_elements_max <= 1) return;
  if (nanoseconds < short_chunk_nanoseconds && chunk_elements < chunk_elements_max) {
    // Not for one that was short by chance.
    if (++short_chunks < 2 * chunks_in_flight) return;
    chunk_elements = std::min(2 * chunk_elements, chunk_elements_max);
    // Those in flight are smaller: together they are within the limit.
    if (elements_max != 0) chunks_in_flight = elements_max / chunk_elements;
  } else if (nanoseconds > long_chunk_nanoseconds && chunk_elements > 1 && elements_max == 0 &&
             chooses_chunks) {
    chunk_elements /= 2;
  }
  short_chunks = 0;
}

void throw_map_timeout() {
  throw timeout_error(
      "map: the time was over before the next result was there; it counts from the call of map()");
}

}  // namespace overlap::futures::detail
