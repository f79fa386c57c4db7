// src/asyncio/task_watch.cpp
//
// See task_watch.hpp.

#include <overlap/asyncio/detail/task_watch.hpp>

namespace overlap::asyncio::detail {

watch_set::~watch_set() {
  disarm();
  delete[] watches_;
}

void watch_set::add(task_record& task) noexcept {
  task_watch& watch = watches_[added_++];
  watch.set = this;
  watch.watched = &task;
  if (task.ended != task_end::running) return;
  ++running_;
  watch.heard = [](end_listener* listener, task_record& ended) {
    auto* told = static_cast<task_watch*>(listener);
    --told->set->running_;
    told->set->task_ended(static_cast<std::size_t>(told - told->set->watches_), ended);
  };
  task.listeners.push_back(watch);
}

void watch_set::disarm() noexcept {
  for (std::size_t index = 0; index < added_; ++index) watches_[index].unlink();
  running_ = 0;
  added_ = 0;
}

}  // namespace overlap::asyncio::detail
