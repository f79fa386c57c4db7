// src/futures/map.cpp
//
// From options to a plan.

#include <algorithm>
#include <string>

#include <overlap/base/error.hpp>
#include <overlap/futures/map.hpp>

namespace overlap::futures::detail {

namespace {

std::size_t checked(const char* name, int wanted) {
  if (wanted >= 1) return static_cast<std::size_t>(wanted);
  throw invalid_value_error("map: " + std::string(name) + " is " + std::to_string(wanted) +
                            "; it needs at least 1 (leave it out for the default)");
}

}  // namespace

map_plan::map_plan(const map_options& options, std::size_t width)
    : until(moment_after(options.timeout)), is_ordered(options.ordered) {
  if (options.chunksize != map_options::automatic) chunk_elements = checked("chunksize", options.chunksize);
  chunks_in_flight = 2 * std::max<std::size_t>(width, 1);
  if (options.buffersize == map_options::automatic) return;
  const std::size_t elements = checked("buffersize", options.buffersize);
  chunk_elements = std::min(chunk_elements, elements);
  chunks_in_flight = elements / chunk_elements;
}

void throw_map_timeout() {
  throw timeout_error(
      "map: the time was over before the next result was there; it counts from the call of map()");
}

}  // namespace overlap::futures::detail
