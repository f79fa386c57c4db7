// src/asyncio/async_exit_stack.cpp
//
// Leaving in reverse order, with every error kept.

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <overlap/asyncio/async_exit_stack.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {

async_exit_stack::~async_exit_stack() {
  OVERLAP_ASSERT(
      last_ == nullptr || is_leaving_,
      "an async_exit_stack is destroyed before it was left: use it inside with(…), or await leave()");
  // Leaving took longer than the grace of `with`: what was not reached is only destroyed.
  while (last_ != nullptr) delete std::exchange(last_, last_->before);
}

task<> async_exit_stack::enter() { co_return; }

task<> async_exit_stack::leave() {
  is_leaving_ = true;
  std::vector<std::exception_ptr> errors;
  while (last_ != nullptr) {
    const std::unique_ptr<detail::exit_step> leaving(last_);
    last_ = leaving->before;
    try {
      co_await leaving->leave();
    } catch (...) {
      errors.push_back(std::current_exception());
    }
  }
  if (errors.size() == 1) std::rethrow_exception(errors.front());
  if (!errors.empty()) throw exception_group("errors while an async_exit_stack was left", std::move(errors));
}

}  // namespace overlap::asyncio
