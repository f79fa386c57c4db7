// src/asyncio/wait.cpp
//
// When a wait for several tasks is over.

#include <algorithm>
#include <numeric>
#include <utility>

#include <overlap/asyncio/wait.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

void tasks_wait::watch(const task_handle_base& handle) noexcept {
  task_record& task = record_of(handle);
  add(task);
  if (task.ended == task_end::running) return;
  has_ended_ = true;
  has_failed_ = has_failed_ || task.ended == task_end::failed;
}

bool tasks_wait::wait_in(frame& awaiting) {
  const auto withdraw_wait = [](waiter* leaf) {
    static_cast<tasks_wait*>(leaf)->end_wait();
    return true;
  };
  const bool may_begin = !is_cancelled(awaiting);
  if (may_begin && (is_over() || options_.timeout <= duration())) {
    disarm();
    return false;
  }
  if (!begin_wait(*this, awaiting, withdraw_wait)) {
    disarm();
    return true;
  }
  if (options_.timeout == duration::infinite()) return true;
  fired = [](timer* alarm) {
    auto* waiting = static_cast<tasks_wait*>(alarm);
    waiting->end_wait();
    wake(*waiting);
  };
  loop_core& loop = *awaiting.task->loop;
  start_timer(loop, *this, loop_now(loop) + options_.timeout);
  return true;
}

void tasks_wait::task_ended(std::size_t, task_record& ended) {
  has_ended_ = true;
  has_failed_ = has_failed_ || ended.ended == task_end::failed;
  if (!is_over()) return;
  end_wait();
  wake(*this);
}

bool tasks_wait::is_over() const noexcept {
  switch (options_.until) {
    case return_when::first_completed:
      return has_ended_;
    case return_when::first_exception:
      return has_failed_ || running() == 0;
    case return_when::all_completed:
      break;
  }
  return running() == 0;
}

void tasks_wait::end_wait() noexcept {
  disarm();
  cancel_timer(*suspended->task->loop, *this);
}

std::vector<bool> first_occurrences(const std::vector<std::uint64_t>& ids) {
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t place) { return std::pair(ids[place], place); });
  std::vector<bool> is_first(ids.size());
  for (std::size_t place = 0; place < order.size(); ++place)
    is_first[order[place]] = place == 0 || ids[order[place]] != ids[order[place - 1]];
  return is_first;
}

void throw_nothing_to_wait_for() {
  throw invalid_value_error("wait: the set of tasks is empty, so nothing could ever end it; check before");
}

}  // namespace overlap::asyncio::detail
