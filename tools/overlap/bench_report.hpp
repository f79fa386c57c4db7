// tools/overlap/bench_report.hpp
//
// What the figures say: lines, a table, JSON, and one sentence of advice.
//
// Threads: any; functions of their arguments.
#pragma once

#include <string>
#include <vector>

#include "bench_models.hpp"

namespace overlap::bench {

/// Which model to take, and the sentence that says why.
struct verdict {
  model which = model::sequential;
  std::string text;
};

/// "Sequential  : 20.06s", as the articles print it.
std::string line_of(const measurement& measured);

/// A table of all models. Speed-ups are against sequential or, without it, against the slowest.
std::string table_of(const std::vector<measurement>& measured);

/// The share of a request's time in which the processor has nothing to do for it, from 0 to 1; of the
/// sequential model or, without it, of the first.
double waiting_share(const std::vector<measurement>& measured);

/// Of the models within a tenth of the fastest, the one with the fewest threads and then the simplest.
/// `measured` is not empty.
verdict verdict_on(const std::vector<measurement>& measured);

/// All of it as one JSON object.
std::string json_of(const workload& work, const std::vector<measurement>& measured);

}  // namespace overlap::bench
