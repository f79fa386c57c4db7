// src/testing/simulation.cpp
//
// Which part replaces which seam.

#include "testing/simulation.hpp"

#include <memory>
#include <utility>

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

void simulation::run(asyncio::detail::task_record& root, asyncio::detail::promise_base& body,
                     std::source_location place) {
  root.promise = &body;  // destroyed with the record if anything below throws
  asyncio::detail::loop_options made;
  made.reactor = std::make_unique<virtual_time_reactor>(make_backend(options_.on), clock_, options_.patience);
  made.clock = &clock_;
  if (options_.faults.any() && options_.on != backend::simulated) {
    made.reactor = std::make_unique<faulty_reactor>(std::move(made.reactor),
                                                    fault_plan(options_.faults, recorder_, faults_), clock_);
  }
  if (!is_in_order_) made.chooser = &recorder_;
  if (options_.on == backend::simulated) made.jobs = &jobs_;
  asyncio::detail::run_root_with(root, body, place, std::move(made));
}

}  // namespace overlap::testing::detail
