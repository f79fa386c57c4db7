// src/testing/pct_source.cpp
//
// Priorities above 2^63 are drawn; those below come from change points, each lower than the ones before.

#include "testing/pct_source.hpp"

#include <algorithm>

#include "asyncio/step.hpp"
#include "testing/seeded_source.hpp"

namespace overlap::testing::detail {

namespace {
constexpr std::uint64_t drawn_priority = std::uint64_t{1} << 63U;
}  // namespace

pct_source::pct_source(std::uint64_t seed, unsigned change_points, std::uint64_t steps)
    : random_(seed), lowest_(drawn_priority) {
  for (unsigned i = 0; i < change_points; ++i)
    change_steps_.push_back(1 + random_.below(static_cast<std::size_t>(std::max<std::uint64_t>(steps, 1))));
}

std::uint64_t& pct_source::priority_of(const node& ready) {
  const asyncio::detail::task_record* task = asyncio::detail::task_of(ready);
  std::uint64_t& priority = task != nullptr ? tasks_[task->id] : others_[&ready];
  if (priority == 0) priority = random_.next() | drawn_priority;
  return priority;
}

// Of two nodes of one task the older one.
std::size_t pct_source::highest(const node& first, const node*& found) {
  std::size_t best = 0;
  std::size_t index = 0;
  std::uint64_t priority = 0;
  for (const node* each = &first; each != nullptr; each = each->next, ++index) {
    const std::uint64_t its = priority_of(*each);
    if (its <= priority) continue;
    priority = its;
    best = index;
    found = each;
  }
  return best;
}

std::size_t pct_source::choose(const choice_question& asked) {
  if (asked.ready == nullptr) return asked.count == 1 ? 0 : choose_fault(random_, asked);
  ++step_;
  const node* found = asked.ready;
  std::size_t best = highest(*asked.ready, found);
  for (const std::uint64_t change : change_steps_) {
    if (change != step_) continue;
    priority_of(*found) = --lowest_;
    best = highest(*asked.ready, found);
  }
  passed_over_ = asked.ready == oldest_ && best != 0 ? passed_over_ + 1 : 0;
  oldest_ = asked.ready;
  if (passed_over_ > starvation_max) {
    best = 0;
    found = asked.ready;
  }
  others_.erase(found);
  return best;
}

}  // namespace overlap::testing::detail
