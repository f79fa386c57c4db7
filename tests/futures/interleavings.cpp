// tests/futures/interleavings.cpp
//
// The scheduler: a run follows a list of choices and then always takes the first; the next run changes the
// last choice that has another answer left.

#include "futures/interleavings.hpp"

namespace overlap::futures::model {

void machine::thread(std::function<void()> body) {
  fiber& added = fibers_.emplace_back();
  added.body = std::move(body);
  added.stack = std::make_unique_for_overwrite<char[]>(stack_bytes);
  getcontext(&added.context);
  added.context.uc_stack.ss_sp = added.stack.get();
  added.context.uc_stack.ss_size = stack_bytes;
  added.context.uc_link = nullptr;
  makecontext(&added.context, &machine::enter, 0);
}

void machine::enter() {
  machine& self = *current;
  self.running_->body();
  self.running_->has_ended = true;
  self.switch_to_scheduler();
}

void machine::switch_to_scheduler() {
  fiber* const own = running_;
  swapcontext(&own->context, &scheduler_);
}

// Every access is a place where another thread may go on first. Before the threads run there is none.
std::uint64_t machine::load(std::size_t cell) {
  if (running_ == nullptr) return memory_[cell];
  switch_to_scheduler();
  std::uint64_t value = memory_[cell];
  for (const auto& [late_cell, late_value] : running_->late) {
    if (late_cell == cell) value = late_value;
  }
  remember(value);
  return value;
}

void machine::store(std::size_t cell, std::uint64_t value, bool is_late) {
  if (running_ == nullptr) {
    memory_[cell] = value;
    return;
  }
  switch_to_scheduler();
  remember(value);
  if (is_late && stores_may_be_late_) {
    running_->late.emplace_back(cell, value);
  } else {
    empty_buffer();
    memory_[cell] = value;
  }
}

void machine::begin_update(std::size_t cell) {
  if (running_ == nullptr) return;
  switch_to_scheduler();
  empty_buffer();
  remember(memory_[cell]);
}

void machine::take_one(std::size_t cell) {
  running_->waits_for = cell;
  switch_to_scheduler();
  running_->waits_for = none;
  empty_buffer();
  --memory_[cell];
  remember(memory_[cell]);
}

void machine::empty_buffer() {
  for (const auto& [cell, value] : running_->late) memory_[cell] = value;
  running_->late.clear();
}

void machine::remember(std::uint64_t value) {
  running_->history = (running_->history ^ (value + 0x9e3779b97f4a7c15)) * 0x100000001b3;
  running_->history ^= running_->history >> 29;
}

std::uint64_t machine::hash() const {
  std::uint64_t sum = 0xcbf29ce484222325;
  const auto mix = [&sum](std::uint64_t value) {
    sum = (sum ^ value) * 0x9ddfea08eb382d69;
    sum ^= sum >> 32;
  };
  for (const std::uint64_t value : memory_) mix(value);
  for (const fiber& each : fibers_) {
    mix(each.history);
    mix(each.steps);
    mix(each.late.size());
    for (const auto& [cell, value] : each.late) {
      mix(cell);
      mix(value);
    }
  }
  return sum;
}

// Thread i goes on: i. The oldest late store of thread i becomes visible: i + number of threads.
std::vector<std::size_t> machine::possible() const {
  std::vector<std::size_t> actions;
  for (std::size_t index = 0; index < fibers_.size(); ++index) {
    const fiber& each = fibers_[index];
    if (!each.has_ended && (each.waits_for == none || memory_[each.waits_for] != 0)) actions.push_back(index);
  }
  for (std::size_t index = 0; index < fibers_.size(); ++index) {
    if (!fibers_[index].late.empty()) actions.push_back(index + fibers_.size());
  }
  return actions;
}

void machine::act(std::size_t action) {
  if (action >= fibers_.size()) {
    auto& late = fibers_[action - fibers_.size()].late;
    memory_[late.front().first] = late.front().second;
    late.pop_front();
    return;
  }
  running_ = &fibers_[action];
  ++running_->steps;
  swapcontext(&scheduler_, &running_->context);
  running_ = nullptr;
}

void machine::run(std::vector<std::size_t>& choices, std::vector<std::size_t>& widths,
                  std::unordered_set<std::uint64_t>& seen) {
  widths.clear();
  for (std::size_t step = 0;; ++step) {
    const std::vector<std::size_t> actions = possible();
    if (!failure_.empty()) return;
    if (actions.empty()) break;
    if (step >= choices.size()) {
      if (!seen.insert(hash()).second) return;
      choices.push_back(0);
    }
    widths.push_back(actions.size());
    act(actions[choices[step]]);
  }
  int stuck = 0;
  for (const fiber& each : fibers_) stuck += each.has_ended ? 0 : 1;
  const std::string wrong = check_(stuck);
  if (!wrong.empty()) fail(wrong);
}

findings explore(const std::function<void(machine&)>& build, bool stores_may_be_late,
                 std::size_t states_max) {
  findings found;
  std::vector<std::size_t> choices;
  std::vector<std::size_t> widths;
  std::unordered_set<std::uint64_t> seen;
  for (;;) {
    machine course;
    machine::current = &course;
    course.stores_may_be_late_ = stores_may_be_late;
    build(course);
    course.run(choices, widths, seen);
    ++found.runs;
    found.states = seen.size();
    if (!course.failure_.empty()) {
      found.failure = course.failure_;
      break;
    }
    while (!choices.empty() && choices.back() + 1 >= widths[choices.size() - 1]) choices.pop_back();
    if (choices.empty()) break;
    ++choices.back();
    if (seen.size() > states_max) {
      found.failure = "too many states to see all";
      break;
    }
  }
  machine::current = nullptr;
  return found;
}

}  // namespace overlap::futures::model
