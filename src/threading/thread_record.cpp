// src/threading/thread_record.cpp
//
// The life of a thread.

#include <string>
#include <utility>

#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>

#include "platform/current_thread.hpp"
#include "threading/report.hpp"
#include "threading/thread_record.hpp"
#include "threading/thread_registry.hpp"

namespace overlap::threading::detail {

namespace {

constinit thread_local thread_record* this_record = nullptr;
constinit thread_local std::uint64_t this_ident = 0;

// Ends the record of a thread that was not started here.
struct foreign_end {
  thread_reference record;
  foreign_end() = default;
  foreign_end(const foreign_end&) = delete;
  foreign_end& operator=(const foreign_end&) = delete;
  ~foreign_end() {
    if (!record) return;
    this_record = nullptr;
    static_cast<thread_record&>(const_cast<thread_state&>(*record)).end_foreign();
  }
};

bool is_main_thread() noexcept {
  return platform::native_thread_id() == static_cast<unsigned long>(platform::process_id());
}

shared_text default_name(std::uint64_t number) { return shared_text("Thread-" + std::to_string(number)); }

// Guards thread_record::joins_ of all threads. Never destroyed: threads may end while the process does.
mutex& all_joins() {
  static auto* const instance = new mutex;
  return *instance;
}

}  // namespace

// That the calling thread waits for another one without a limit, for as long as it does.
class thread_record::join_edge {
 public:
  explicit join_edge(thread_record& target) {
    if (this_record == nullptr) return;  // nobody joins such a thread
    const monitor_lock held(all_joins());
    for (const thread_record* each = &target; each != nullptr; each = each->joins_)
      if (each == this_record)
        throw deadlock_error("join: that thread waits, perhaps through others, for the end of this one");
    this_record->joins_ = &target;
  }
  join_edge(const join_edge&) = delete;
  join_edge& operator=(const join_edge&) = delete;
  ~join_edge() {
    if (this_record == nullptr) return;
    const monitor_lock held(all_joins());
    this_record->joins_ = nullptr;
  }
};

thread_record* current_record() noexcept { return this_record; }

std::uint64_t current_ident() noexcept {
  if (this_ident == 0) this_ident = is_main_thread() ? 1 : next_thread_ident();
  return this_ident;
}

thread_record& current_record_or_new() {
  if (this_record != nullptr) return *this_record;
  if (is_main_thread()) return *(this_record = &main_record());
  static thread_local foreign_end end;
  auto* made =
      new thread_record(current_ident(), platform::native_thread_id(), platform::current_thread_name());
  end.record = thread_reference::adopt(made);
  enlist(*made);
  return *(this_record = made);
}

thread_record::thread_record(thread_work* work, shared_text name, std::size_t stack_bytes)
    : thread_state(&destroy_record),
      is_foreign_(false),
      name_(std::move(name)),
      stack_bytes_(stack_bytes),
      work_(work) {}

thread_record::thread_record(std::uint64_t ident, unsigned long native_id, shared_text name)
    : thread_state(&destroy_record),
      phase_(phase::started),
      collection_(collection::done),
      has_begun_(true),
      is_foreign_(true),
      name_(std::move(name)),
      ident_(ident),
      native_id_(native_id) {}

void thread_record::destroy_record(const overlap::detail::shared_object* self) noexcept {
  const auto* record = static_cast<const thread_record*>(static_cast<const thread_state*>(self));
  delete record->work_;  // of a thread that was never started
  delete record;
}

void thread_record::start(bool left_to_process) {
  {
    const monitor_lock held(mutex_);
    if (phase_ != phase::made)
      throw invalid_state_error("start: the thread was started before; a thread runs once, make another one");
    if (ident_ == 0) ident_ = next_thread_ident();
    if (name_.empty()) name_ = default_name(ident_);
    context_ = overlap::detail::active_context().values;
    left_to_process_ = left_to_process;
    phase_ = phase::started;
    enlist(*this);
  }
  // The thread's own owner, which it drops at its end.
  thread_reference own = thread_reference::share(this);
  platform::system_thread started{};
  try {
    // Without the mutex, which the new thread takes first of all.
    started = platform::start_thread(&enter, this, stack_bytes_);
  } catch (...) {
    delist(*this);
    const monitor_lock held(mutex_);
    phase_ = phase::made;
    throw;
  }
  static_cast<void>(own.release());
  const monitor_lock held(mutex_);
  thread_ = started;
  collection_ = collection::open;
  changed_.notify_all();
}

void thread_record::enter(void* self) noexcept { static_cast<thread_record*>(self)->run(); }

void thread_record::run() noexcept {
  const thread_reference own = thread_reference::adopt(this);
  this_record = this;
  {
    const monitor_lock held(mutex_);
    this_ident = ident_;
    native_id_ = platform::native_thread_id();
    platform::set_current_thread_name(name_.view());
    has_begun_ = true;
    changed_.notify_all();
  }
  call_work();
  delist(*this);
  bool is_alone = false;
  {
    const monitor_lock held(mutex_);
    phase_ = phase::ended;
    is_alone = left_to_process_;
    changed_.notify_all();
  }
  if (!is_alone) return;
  report_error();
  collect_later(*this);
}

// The function, its arguments and its context end here, before anybody hears of the thread's end.
void thread_record::call_work() noexcept {
  overlap::detail::context_storage storage;
  storage.values = std::move(context_);
  const overlap::detail::context_switch inside(storage);
  thread_work* work = std::exchange(work_, nullptr);
  try {
    work->call(stop_handle(stop_));
  } catch (...) {
    const monitor_lock held(mutex_);
    error_ = std::current_exception();
  }
  delete work;
}

bool thread_record::join(wait_limit limit) {
  if (is_foreign_)
    throw invalid_state_error("join: overlap has not started this thread, so it cannot wait for its end");
  if (is_current()) throw invalid_state_error("join: a thread cannot wait for its own end");
  const bool has_limit = limit.has_stop_token() || !limit.timeout().is_infinite();
  {
    monitor_lock held(mutex_, limit);
    if (phase_ == phase::made) throw invalid_state_error("join: the thread was not started; call start()");
    if (has_limit && !held.wait(changed_, [this] { return phase_ == phase::ended; })) return false;
  }
  if (has_limit) {
    collect();
  } else {
    const join_edge waiting(*this);
    collect();
  }
  return true;
}

// Waits for its end and joins it; one does so for all.
void thread_record::collect() noexcept {
  monitor_lock held(mutex_);
  held.wait(changed_, [this] { return collection_ != collection::starting; });
  if (collection_ == collection::open) {
    collection_ = collection::running;
    held.unlock();
    platform::join_thread(thread_);
    held.lock();
    collection_ = collection::done;
    changed_.notify_all();
  }
  held.wait(changed_, [this] { return collection_ == collection::done; });
}

void thread_record::finish_for_owner() noexcept {
  {
    const monitor_lock held(mutex_);
    if (phase_ == phase::made) return;
  }
  request_stop();
  if (is_current()) return leave_to_process();
  try {
    const join_edge waiting(*this);
    collect();
  } catch (const deadlock_error&) {
    OVERLAP_ASSERT(false, "a thread is destroyed by one whose end it waits for: join it elsewhere");
  }
  report_error();
}

// The owner dies on the very thread, which cannot wait for itself.
void thread_record::leave_to_process() noexcept {
  const monitor_lock held(mutex_);
  left_to_process_ = true;
}

void thread_record::finish_at_exit() noexcept {
  request_stop();
  if (!is_current()) collect();
}

void thread_record::report_error() noexcept {
  std::exception_ptr error;
  {
    const monitor_lock held(mutex_);
    if (!std::exchange(is_error_taken_, true)) error = error_;
  }
  if (error) report_exception(std::move(error), handle());
}

std::exception_ptr thread_record::take_error() {
  const monitor_lock held(mutex_);
  is_error_taken_ = true;
  return error_;
}

void thread_record::end_foreign() noexcept {
  delist(*this);
  const monitor_lock held(mutex_);
  phase_ = phase::ended;
}

shared_text thread_record::name() {
  const monitor_lock held(mutex_);
  return name_;
}

void thread_record::set_name(shared_text name) {
  const monitor_lock held(mutex_);
  name_ = std::move(name);
  if (is_current()) platform::set_current_thread_name(name_.view());
}

std::uint64_t thread_record::ident() {
  const monitor_lock held(mutex_);
  return ident_;
}

unsigned long thread_record::native_id() {
  monitor_lock held(mutex_);
  if (phase_ == phase::made) return 0;
  held.wait(changed_, [this] { return has_begun_; });
  return native_id_;
}

bool thread_record::is_alive() {
  const monitor_lock held(mutex_);
  return phase_ == phase::started;
}

bool thread_record::is_current() const noexcept { return this_record == this; }

}  // namespace overlap::threading::detail
