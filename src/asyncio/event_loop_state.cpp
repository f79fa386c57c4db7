// src/asyncio/event_loop_state.cpp
//
// The turn of the loop and its phases. See event_loop_state.hpp for the rules.

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include <overlap/base/error.hpp>
#include <overlap/base/hooks.hpp>

#include "asyncio/event_loop_state.hpp"
#include "asyncio/step.hpp"

namespace overlap::asyncio::detail {

namespace {

// How many nodes run before the loop looks at the kernel, the clock and the inbox. A look costs about 150 ns
// and a yield 6: 64 keeps it to 2 ns a node, and an event waits for at most 64 short steps.
constexpr unsigned nodes_per_turn = 64;

// How many operations a task may find finished at once in one turn before the others have theirs.
constexpr unsigned inline_completions_per_turn = 32;

constexpr time_point only_look{};

}  // namespace

event_loop_state::event_loop_state(loop_options options)
    : reactor(options.reactor ? std::move(options.reactor) : platform::make_reactor()),
      clock(options.clock != nullptr ? options.clock : &platform::monotonic_clock()),
      chooser(options.chooser),
      jobs(options.jobs),
      mail(new inbox(*reactor)),
      watches(*this) {
  owned_tasks.enter(outermost);
}

event_loop_state::~event_loop_state() {
  close();
  mail->release();
}

void event_loop_state::close() {
  if (is_closed_) return;
  is_closed_ = true;
  mail->refuse_calls();
  take_mail();
  // What had come runs, so that no callback is lost; once, because one that queues itself would go on for
  // ever.
  ready_node* come = std::exchange(first_ready, nullptr);
  last_ready = &first_ready;
  while (come != nullptr) {
    ready_node* node = std::exchange(come, come->next);
    node->run(node);
  }
  end_owned_tasks();  // of those last callbacks
  drop_callbacks();
  mail->close();
}

void event_loop_state::drop_callbacks() {
  drops_callbacks = true;
  watches.remove_all();
  while (watches.leaving() != 0) turn();
  while (first_ready != nullptr || !timers.empty()) {
    while (timer* left = timers.pop_due(time_point::never())) left->fired(left);
    run_ready();
  }
}

void event_loop_state::turn() {
  goal_reached = false;
  take_interruption();
  run_ready();
  take_mail();
  fire_timers();
  look_or_sleep();
}

bool event_loop_state::run_until_ended(const task_record& root) {
  is_stuck_ = false;
  while (root.ended == task_end::running && !is_stuck_) turn();
  return !is_stuck_;
}

void event_loop_state::take_interruption() {
  if (interrupts == nullptr || !interrupts->taken()) return;
  was_interrupted = true;
  if (main_task != nullptr) main_task->cancel("SIGINT (Ctrl-C)", std::source_location::current());
}

// A task that goes on leaves itself as the current one, for the next to overwrite: two stores less in what
// happens most. Whatever else runs finds no current task and the loop's own context.
void event_loop_state::run_ready() {
  overlap::detail::context_storage* const own_context = overlap::detail::current_context;
  const auto leave_task = [this, own_context] {
    current = nullptr;
    overlap::detail::current_context = own_context;
  };
  inline_left_ = inline_completions_per_turn;
  for (nodes_left_ = nodes_per_turn; nodes_left_ != 0; --nodes_left_) {
    ready_node* node = first_ready;
    if (node == nullptr) break;
    if (chooser != nullptr) [[unlikely]] {
      node = take_chosen();
    } else {
      first_ready = node->next;
      if (first_ready == nullptr) last_ready = &first_ready;
    }
    if (is_plain_wake(*node)) [[likely]] {
      resume_waiter(*this, *static_cast<waiter*>(node));
    } else {
      leave_task();
      node->run(node);
    }
  }
  leave_task();
}

ready_node* event_loop_state::take_chosen() {
  std::size_t count = 0;
  for (ready_node* node = first_ready; node != nullptr; node = node->next) ++count;
  ready_node** link = &first_ready;
  for (std::size_t skip = chooser->choose(*first_ready, count); skip != 0; --skip) link = &(*link)->next;
  ready_node* node = *link;
  *link = node->next;
  if (*link == nullptr) last_ready = link;
  return node;
}

void event_loop_state::take_mail() {
  if (!mail->has_mail()) return;
  for (ready_node* node = mail->take_all(); node != nullptr;) {
    ready_node* following = node->next;
    push(*node);
    node = following;
  }
}

void event_loop_state::fire_timers() {
  if (timers.empty()) return;
  const time_point now = clock->now();
  while (timer* due = timers.pop_due(now)) due->fired(due);
}

void event_loop_state::look_or_sleep() {
  platform::completion_list completed;
  if (first_ready != nullptr) {
    if (reactor->pending() == 0) return;
    reactor->wait(only_look, completed);
  } else if (!goal_reached) {
    const time_point until = sleep_limit();
    if (is_stuck_ || first_ready != nullptr || !mail->fall_asleep()) return;
    if (overlap::detail::current_hooks != nullptr) overlap::detail::current_hooks->about_to_wait(until);
    reactor->wait(until, completed);
    if (overlap::detail::current_hooks != nullptr) overlap::detail::current_hooks->woke_up();
    mail->awake();
  }
  while (overlap::detail::io_operation* operation = completed.pop_front()) operation->completed(operation);
}

// Called with nothing ready: how long to sleep, or what to do instead.
time_point event_loop_state::sleep_limit() {
  if (!idle_waiters.empty()) {
    // Whoever waits for everybody else to be blocked goes on, unless the kernel has something after all.
    platform::completion_list completed;
    reactor->wait(only_look, completed);
    if (completed.empty() && !mail->has_mail() && timers.next() > clock->now()) {
      while (idle_waiter* waiting = idle_waiters.pop_front()) wake(*waiting);
    }
    while (overlap::detail::io_operation* operation = completed.pop_front()) operation->completed(operation);
    return only_look;
  }
  is_stuck_ = can_never_go_on();
  return timers.next();
}

bool event_loop_state::can_never_go_on() const noexcept {
  return timers.empty() && reactor->pending() == 0 && external_ == 0 && !has_outside_handles &&
         !mail->has_mail();
}

void event_loop_state::end_owned_tasks() {
  owned_tasks.cancel("run has ended", std::source_location::current());
  while (owned_count != 0) turn();
  // The last one entered is the first inside: reported in the order in which they failed.
  std::vector<task_record*> failed;
  for (scope* each = failures.first_inner; each != nullptr; each = each->next_sibling)
    failed.push_back(static_cast<task_record*>(each));
  for (auto each = failed.rbegin(); each != failed.rend(); ++each) {
    (*each)->leave();
    if ((*each)->error_taken) continue;  // somebody has looked meanwhile
    (*each)->error_taken = true;
    report_untaken((*each)->failure);
  }
}

task_record* event_loop_state::task_after(const task_record* before) const noexcept {
  const scope* from = before != nullptr ? &before->own() : &outermost;
  scope* found = from->following(outermost);
  while (found != nullptr && !found->is_task) found = found->following(outermost);
  return static_cast<task_record*>(found);
}

std::vector<task_record*> event_loop_state::tasks() const {
  std::vector<task_record*> found;
  for (task_record* each = task_after(nullptr); each != nullptr; each = task_after(each))
    found.push_back(each);
  std::ranges::sort(found, {}, [](const task_record* each) { return each->id; });
  return found;
}

// The numbers are the process's. A loop takes them in blocks, as an atomic for each task would cost as much
// as a switch between two.
std::uint64_t event_loop_state::open_id_block() noexcept {
  constexpr std::uint64_t block = 1024;
  static std::atomic<std::uint64_t> given{0};
  last_id_ = given.fetch_add(block, std::memory_order_relaxed) + 1;
  id_block_left_ = block - 1;
  return last_id_;
}

void event_loop_state::report_untaken(std::exception_ptr error) {
  if (exception_handler != nullptr) {
    exception_handler(std::move(error), exception_argument);
  } else {
    untaken.push_back(std::move(error));
  }
}

void event_loop_state::task_ended(task_record& ended) {
  if (--owned_count == 0) goal_reached = true;
  if (ended.ended == task_end::failed && !ended.error_taken && ended.references > 1) ended.enter(failures);
  ended.release();
}

event_loop_state& running_state(const char* what) {
  if (running_loop == nullptr) {
    throw invalid_state_error(
        std::string(what) +
        ": no event loop runs in this thread; call it from a task started with asyncio::run");
  }
  return state_of(*running_loop);
}

void start_timer(loop_core& loop, timer& alarm, time_point when) { state_of(loop).timers.add(alarm, when); }

void cancel_timer(loop_core& loop, timer& alarm) noexcept {
  if (alarm.is_queued()) state_of(loop).timers.remove(alarm);
}

time_point loop_now(const loop_core& loop) noexcept { return state_of(loop).clock->now(); }

}  // namespace overlap::asyncio::detail
