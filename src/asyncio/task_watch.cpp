// src/asyncio/task_watch.cpp
//
// See task_watch.hpp.

#include <overlap/asyncio/detail/task_watch.hpp>

namespace overlap::asyncio::detail {

const end_listener::kind watch_set::kind_of_watches{
    .heard =
        [](end_listener* listener, task_record& ended) {
          auto* told = static_cast<task_watch*>(listener);
          --told->set->running_;
          told->set->task_ended(static_cast<std::size_t>(told - told->set->watches_), ended);
        },
    .awaiting =
        [](const end_listener* listener, std::size_t index) {
          return index == 0 ? static_cast<const task_watch*>(listener)->set->awaiting() : nullptr;
        }};

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
  watch.what = &kind_of_watches;
  watch.listen(task.first_listener);
}

void watch_set::disarm() noexcept {
  for (std::size_t index = 0; index < added_; ++index) watches_[index].stop_listening();
  running_ = 0;
  added_ = 0;
}

}  // namespace overlap::asyncio::detail
