// src/testing/simulation.cpp
//
// Which part replaces which seam.

#include "testing/simulation.hpp"

#include <memory>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/run_with.hpp"
#include "testing/faulty_reactor.hpp"
#include "testing/simulated_reactor.hpp"
#include "testing/virtual_time_reactor.hpp"

namespace overlap::testing::detail {

namespace {

std::unique_ptr<platform::reactor> make_backend(backend which) {
  switch (which) {
    case backend::epoll:
      return platform::make_epoll_reactor();
    case backend::io_uring:
      return platform::make_io_uring_reactor();
    case backend::simulated:
      break;
  }
  return std::make_unique<simulated_reactor>();
}

}  // namespace

simulation::simulation(const simulation_options& options, choice_source* source)
    : options_(options), is_in_order_(source == nullptr), recorder_(source != nullptr ? *source : in_order_) {
  if (options.faults.any() && options.on == backend::simulated) {
    throw invalid_value_error(
        "faults are those of a kernel, and this simulation has none; set `on` to backend::epoll or "
        "backend::io_uring");
  }
}

void simulation::run(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
                     std::source_location place) {
  root.promise = &body;  // destroyed with the record if anything below throws
  asyncio::detail::loop_options made;
  made.reactor = std::make_unique<virtual_time_reactor>(make_backend(options_.on), clock_, options_.patience);
  made.clock = &clock_;
  if (options_.faults.any()) {
    made.reactor = std::make_unique<faulty_reactor>(std::move(made.reactor),
                                                    fault_plan(options_.faults, recorder_, faults_), clock_);
  }
  if (!is_in_order_) made.chooser = &recorder_;
  if (options_.on == backend::simulated || options_.jobs_on_loop_thread) made.jobs = &jobs_;
  asyncio::detail::run_root_with(root, body, place, std::move(made));
}

}  // namespace overlap::testing::detail
