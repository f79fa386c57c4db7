// src/asyncio/event_loop.cpp
//
// The public handle to a loop, and its callbacks.

#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/task_handle.hpp>
#include <overlap/base/error.hpp>

#include "asyncio/event_loop_state.hpp"

namespace overlap::asyncio {

namespace detail {

callback::~callback() = default;

void callback::run_guarded() noexcept {
  const overlap::detail::context_switch in_context(context);
  try {
    call();
  } catch (...) {
    state_of(*loop).report_untaken(std::current_exception());
  }
}

namespace {

void run_callback(ready_node* node) {
  auto* queued = static_cast<callback*>(node);
  queued->done = true;
  if (!queued->cancelled && !state_of(*queued->loop).drops_callbacks) queued->run_guarded();
  queued->release();
}

void adopt(callback& made, loop_core& loop) {
  made.context = overlap::detail::active_context();
  made.loop = &loop;
  made.run = &run_callback;
}

constexpr end_listener::kind kind_of_callbacks{
    .heard = [](end_listener* listener,
                task_record& ended) { ended.loop->push(*static_cast<done_callback*>(listener)); },
    .awaiting = [](const end_listener*, std::size_t) -> frame* { return nullptr; }};

}  // namespace

callback_handle call_when_done(done_callback* made) {
  callback_handle handle(made);
  task_record& record = *made->record;
  adopt(*made, *record.loop);
  made->add_reference();  // the queue's
  made->what = &kind_of_callbacks;
  if (record.ended == task_end::running) {
    made->listen(record.first_listener);
  } else {
    made->what->heard(made, record);
  }
  return handle;
}

}  // namespace detail

void callback_handle::cancel() noexcept {
  if (callback_->cancelled || callback_->done) return;
  callback_->cancelled = true;
  if (callback_->is_queued()) {
    detail::cancel_timer(*callback_->loop, *callback_);
    callback_->release();  // the queue's reference
  }
}

event_loop::event_loop(detail::event_loop_state& state) noexcept : state_(&state), inbox_(state.mail) {
  inbox_->add_reference();
}
event_loop::event_loop(const event_loop& other) noexcept : state_(other.state_), inbox_(other.inbox_) {
  inbox_->add_reference();
}
event_loop::~event_loop() {
  if (inbox_ != nullptr) inbox_->release();
}

detail::event_loop_state& event_loop::state() const {
  if (detail::running_loop == nullptr || detail::running_loop != static_cast<detail::loop_core*>(state_)) {
    throw invalid_state_error(
        "an event_loop was used outside of its own thread or after its end; from other threads only "
        "call_soon_threadsafe and run_coroutine_threadsafe are allowed");
  }
  return *state_;
}

time_point event_loop::time() const { return state().clock->now(); }

callback_handle event_loop::queue(detail::callback* made) {
  callback_handle handle(made);
  detail::event_loop_state& loop = state();
  detail::adopt(*made, loop);
  made->add_reference();
  loop.push(*made);
  return handle;
}

callback_handle event_loop::queue_at(detail::callback* made, time_point when) {
  callback_handle handle(made);
  detail::event_loop_state& loop = state();
  detail::adopt(*made, loop);
  made->fired = [](detail::timer* alarm) {
    auto* due = static_cast<detail::callback*>(alarm);
    due->loop->push(*due);
  };
  loop.timers.add(*made, when);
  made->add_reference();
  return handle;
}

void event_loop::post(detail::callback* made) {
  detail::adopt(*made, *static_cast<detail::loop_core*>(state_));
  if (!inbox_->post(*made)) {
    made->release();
    throw invalid_state_error(
        "call_soon_threadsafe: the event loop has ended, so the function cannot be called");
  }
}

void event_loop::watch(int fd, bool for_writing, detail::callback* made) {
  callback_handle owned(made);
  detail::event_loop_state& loop = state();
  if (fd < 0)
    throw invalid_value_error("add_reader, add_writer: the descriptor is negative, so it is not open");
  detail::adopt(*made, loop);
  made->add_reference();
  loop.watches.add(fd, for_writing, made);
}

bool event_loop::remove_reader(int fd) { return state().watches.remove(fd, false); }
bool event_loop::remove_writer(int fd) { return state().watches.remove(fd, true); }

void event_loop::set_exception_handler(exception_handler handler, void* argument) {
  detail::event_loop_state& loop = state();
  loop.exception_handler = handler;
  loop.exception_argument = argument;
}

void event_loop::use_by_default(futures::detail::executor_core& core) {
  detail::event_loop_state& loop = state();
  loop.replaced_executors.push_back(
      std::exchange(loop.default_executor, futures::detail::core_user::share(core)));
}

std::string_view event_loop::reactor_name() const { return state().reactor->name(); }
std::string_view event_loop::io_uring_refusal() noexcept { return platform::io_uring_refusal(); }

event_loop get_running_loop() {
  detail::event_loop_state& loop = detail::running_state("get_running_loop");
  loop.has_outside_handles = true;  // from here on anybody may call in at any time
  return event_loop(loop);
}

}  // namespace overlap::asyncio
