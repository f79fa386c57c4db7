// tools/overlap/bench_models.hpp
//
// The three ways to make n requests, and what is measured of them.
//
// Threads: main's only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::bench {

/// The simplest first.
enum class model : std::uint8_t { sequential, async, threads };

/// "sequential", as given to --models.
std::string_view name_of(model which) noexcept;
/// "Sequential", as the results show it.
const char* title_of(model which) noexcept;
/// The model of a name of --models, or nothing.
std::optional<model> model_named(std::string_view name) noexcept;

struct workload {
  std::string url;
  int requests = 20;
  int at_once = 20;  ///< requests in flight at most; of no meaning to sequential
};

/// One model's figures.
struct measurement {
  model which = model::sequential;
  double seconds = 0;          ///< from the first request to the end of the last
  double request_seconds = 0;  ///< of the single requests, added up
  int threads = 0;             ///< at most
  std::uint64_t peak_memory_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t context_switches = 0;
};

/// Makes the requests in this process. Of the result, processor time and context switches are left to whoever
/// started the process. Throws overlap::error for the first request that fails or is answered by 400 or more.
measurement run_model(model which, const workload& work);

}  // namespace overlap::bench
