// src/base/except_star.cpp
//
// Who gets which leaf, and what is in flight at the end.
//
// Leaves are told apart by their place: the error is walked depth first, the same way each time, and a leaf
// is its number on that walk. So one exception object that is in the group twice is two leaves.
//
//   state of a leaf   its handler ends   its handler throws anew   throw;       at done()
//   pending           taken              taken                     kept         in flight
//   taken             (no handler gets it again)                                gone
//   kept              (no handler gets it again)                                in flight

#include <cstddef>
#include <vector>

#include <overlap/base/assert.hpp>
#include <overlap/base/except_star.hpp>

namespace overlap {

namespace {

enum class leaf_state : unsigned char { pending, taken, kept };

/// One walk over the leaves of an error: asks `wanted(number, leaf)` about each.
template <class Wanted>
detail::exception_sides split_leaves(const std::exception_ptr& whole, Wanted wanted) {
  std::size_t next = 0;
  auto ask = [&](const std::exception_ptr& exception) -> bool {
    if (exception_cast<exception_group>(exception) != nullptr) return false;
    return wanted(next++, exception);
  };
  return detail::split_exception(whole, detail::match_by(ask));
}

std::exception_ptr in_group(const std::exception_ptr& exception) {
  if (exception_cast<exception_group>(exception) != nullptr) return exception;
  return std::make_exception_ptr(exception_group("", {exception}));
}

}  // namespace

struct except_star::state {
  explicit state(std::exception_ptr error) : original(std::move(error)) {
    std::size_t count = 0;
    static_cast<void>(split_leaves(original, [&](std::size_t, const std::exception_ptr&) {
      ++count;
      return false;
    }));
    leaves.resize(count, leaf_state::pending);
  }

  /// The part that `matcher` wants of what is pending, marked as taken; null if there is none.
  std::exception_ptr take(detail::exception_matcher matcher, std::vector<std::size_t>& numbers) {
    detail::exception_sides sides =
        split_leaves(original, [&](std::size_t number, const std::exception_ptr& leaf) {
          if (leaves[number] != leaf_state::pending || !matcher(leaf)) return false;
          numbers.push_back(number);
          return true;
        });
    for (const std::size_t number : numbers) leaves[number] = leaf_state::taken;
    return sides.matched;
  }

  /// What has to go on, or null.
  std::exception_ptr in_flight() {
    std::exception_ptr rest = split_leaves(original, [this](std::size_t number, const std::exception_ptr&) {
                                return leaves[number] != leaf_state::taken;
                              }).matched;
    // The single leaf of an error that is no group was handled in a group of its own, and goes on so.
    if (rest != nullptr && leaves.size() == 1 && leaves[0] == leaf_state::kept) rest = in_group(rest);
    if (rest != nullptr) thrown.push_back(std::move(rest));
    if (thrown.empty()) return nullptr;
    if (thrown.size() == 1) return thrown[0];
    return std::make_exception_ptr(exception_group("", thrown));
  }

  std::exception_ptr original;
  std::vector<leaf_state> leaves;
  std::vector<std::exception_ptr> thrown;  // by handlers, anew, in order
};

except_star::except_star(std::exception_ptr error)
    : state_(error == nullptr ? nullptr : new state(std::move(error))) {}

except_star::~except_star() {
  const bool is_passing = std::uncaught_exceptions() > exceptions_at_start_;
  delete state_;
  OVERLAP_ASSERT(is_done_ || is_passing,
                 "end a chain of except_star handlers with done(): it throws what no handler took");
}

void except_star::handle(detail::exception_matcher matcher, handler_call call, void* handler) {
  std::vector<std::size_t> numbers;
  const std::exception_ptr part = state_->take(matcher, numbers);
  if (part == nullptr) return;
  const std::exception_ptr matched = in_group(part);
  state_->thrown.reserve(state_->thrown.size() + 2);  // what follows must not fail halfway

  // The handler runs while its part is being handled, so that `throw;` in it throws the part again.
  try {
    std::rethrow_exception(matched);
  } catch (const exception_group& group) {
    try {
      call(handler, group);
    } catch (...) {
      std::exception_ptr thrown = std::current_exception();
      if (thrown == matched) {
        for (const std::size_t number : numbers) state_->leaves[number] = leaf_state::kept;
      } else {
        state_->thrown.push_back(std::move(thrown));
      }
    }
  }
}

void except_star::done() && {
  is_done_ = true;
  if (state_ == nullptr) return;
  const std::exception_ptr error = state_->in_flight();
  delete std::exchange(state_, nullptr);
  if (error != nullptr) std::rethrow_exception(error);
}

}  // namespace overlap
