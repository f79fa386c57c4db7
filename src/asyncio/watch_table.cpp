// src/asyncio/watch_table.cpp
//
// See watch_table.hpp. The callback runs as a ready node, so what it throws is reported and it may remove
// or replace its own watch.

#include <string>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/watch_table.hpp"

namespace overlap::asyncio::detail {

struct watch_table::watch : overlap::detail::io_operation, ready_node {
  watch_table* table = nullptr;
  callback* call = nullptr;
  bool with_reactor = false;  // the operation has not come back
  bool queued = false;        // the call is in the ready queue
  bool removed = false;

  void let_go() {
    if (!removed || with_reactor || queued) return;
    if (--table->leaving_ == 0) table->loop_.goal_reached = true;  // the loop may wait for just that
    call->release();
    delete this;
  }
};

void watch_table::add(int fd, bool for_writing, callback* call) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= by_fd_.size()) by_fd_.resize(index + 1);
  remove(fd, for_writing);
  auto* made = new watch;
  made->table = this;
  made->call = call;
  made->kind = overlap::detail::io_kind::poll;
  made->fd = fd;
  made->flags = for_writing ? overlap::detail::poll_writable : overlap::detail::poll_readable;
  made->io_operation::completed = &watch_table::completed;
  by_fd_[index].side[for_writing ? 1 : 0] = made;
  try {
    submit(*made);
  } catch (...) {
    made->with_reactor = false;  // a reactor that refuses
    remove(fd, for_writing);
    throw;
  }
}

bool watch_table::remove(int fd, bool for_writing) {
  const auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= by_fd_.size()) return false;
  watch* removed = std::exchange(by_fd_[index].side[for_writing ? 1 : 0], nullptr);
  if (removed == nullptr) return false;
  removed->removed = true;
  ++leaving_;
  if (removed->with_reactor) loop_.reactor->request_cancel(*removed);
  removed->let_go();
  return true;
}

void watch_table::remove_all() {
  for (std::size_t fd = 0; fd < by_fd_.size(); ++fd) {
    remove(static_cast<int>(fd), false);
    remove(static_cast<int>(fd), true);
  }
}

void watch_table::submit(watch& armed) {
  armed.with_reactor = true;
  if (loop_.reactor->submit(armed)) completed(&armed);
}

void watch_table::call_or_report(watch& ready) {
  if (ready.result >= 0) {
    ready.call->run_guarded();
    return;
  }
  // A descriptor that cannot be watched (closed, a regular file) would fail for ever: once is enough.
  loop_.report_untaken(
      std::make_exception_ptr(os_error(-ready.result, "watch descriptor", std::to_string(ready.fd),
                                       "remove the reader or writer before closing it")));
  remove(ready.fd, ready.flags == overlap::detail::poll_writable);
}

void watch_table::completed(overlap::detail::io_operation* operation) {
  auto* armed = static_cast<watch*>(operation);
  armed->with_reactor = false;
  if (armed->removed) {
    armed->let_go();
    return;
  }
  armed->queued = true;
  armed->run = [](ready_node* node) {
    auto* ready = static_cast<watch*>(node);
    if (!ready->removed) ready->table->call_or_report(*ready);
    ready->queued = false;
    if (ready->removed) {
      ready->let_go();
    } else {
      ready->table->submit(*ready);
    }
  };
  armed->table->loop_.push(*armed);
}

}  // namespace overlap::asyncio::detail
