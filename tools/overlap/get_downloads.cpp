// tools/overlap/get_downloads.cpp
#include "get_downloads.hpp"

#include <unistd.h>

#include <csignal>
#include <random>
#include <utility>

#include "get_failure.hpp"
#include "get_signals.hpp"

namespace overlap::get {

namespace {
constexpr int exit_total_timeout = 124;
}  // namespace

/// Shows a download as in flight while this lives.
class get_downloads::in_flight_entry {
 public:
  in_flight_entry(std::list<download*>& list, download& each)
      : list_(list), at_(list.insert(list.end(), &each)) {}
  in_flight_entry(const in_flight_entry&) = delete;
  in_flight_entry& operator=(const in_flight_entry&) = delete;
  ~in_flight_entry() { list_.erase(at_); }

 private:
  std::list<download*>& list_;
  std::list<download*>::iterator at_;
};

get_downloads::get_downloads(const get_options& options, const get_plan& plan, const output_folder& folder,
                             get_report& report)
    : options_(options),
      plan_(plan),
      folder_(folder),
      report_(report),
      retry_(options.retry, std::random_device()()),
      of_host_(plan.hosts.size()),
      places_(options.jobs),
      began_(std::chrono::steady_clock::now()) {
  for (std::size_t host = 0; host < plan.hosts.size(); ++host)
    host_places_.emplace_back(options.jobs_per_host);
  for (const planned_file& file : plan.files) {
    if (!file.is_skipped) of_host_[file.host].push_back(downloads_.size());
    downloads_.emplace_back().file = &file;
  }
  meter_.add(0, 0, 0);
}

int get_downloads::run() {
  for (download& each : downloads_)
    if (each.file->is_skipped) settle(each, state::skipped);
  report_.on_output_failure([this] { end_all("standard output, which takes no more", 1); });
  try {
    asyncio::run(main());
  } catch (const keyboard_interrupt&) {
    // Ctrl-C before wait_for_signal() had its first turn.
    end_all("SIGINT", 128 + SIGINT);
  }
  for (const download& each : downloads_)
    if (each.now == state::running || each.now == state::pausing) report_.unfinished(facts_of(each));
  report_.summary(summarize());
  return summarize().exit_code;
}

asyncio::task<> get_downloads::main() {
  co_await asyncio::with(asyncio::task_group(), [this](asyncio::task_group& helpers) -> asyncio::task<> {
    helpers.create_task(wait_for_signal());
    if (!report_.show_interval().is_infinite()) helpers.create_task(show_progress());
    if (report_.has_bar() && !is_ignored(SIGTSTP)) helpers.create_task(stop_with_terminal());
    asyncio::timeout total(options_.total_timeout);
    try {
      co_await asyncio::with(total, everything_, [this] { return download_all(); });
    } catch (const timeout_error&) {
      if (!total.expired()) throw;
      end_all("the total time-out", exit_total_timeout);
    }
    helpers.cancel("all downloads have ended");
  });
}

asyncio::task<> get_downloads::download_all() {
  // Our semaphores are the limits: the session needs none.
  co_await asyncio::with(http::client_session(session_options()), [this](http::client_session& session) {
    return asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      for (std::size_t host = 0; host < of_host_.size(); ++host)
        if (!of_host_[host].empty()) group.create_task(start_downloads(host, session, group));
      co_return;
    });
  });
}

asyncio::task<> get_downloads::start_downloads(std::size_t host, http::client_session& session,
                                               asyncio::task_group& group) {
  for (const std::size_t index : of_host_[host]) {
    place taken = co_await take_place(host);
    group.create_task(run_download(downloads_[index], session, std::move(taken)));
  }
}

asyncio::task<get_downloads::place> get_downloads::take_place(std::size_t host) {
  auto at_host = co_await host_places_[host].acquire();
  auto in_all = co_await places_.acquire();
  co_return place{std::move(at_host), std::move(in_all)};
}

asyncio::task<> get_downloads::run_download(download& each, http::client_session& session, place taken) {
  const in_flight_entry entry(in_flight_, each);
  std::optional<place> held(std::move(taken));
  each.now = state::running;
  each.started = seconds_now();
  report_.started(facts_of(each));
  for (;;) {
    const std::exception_ptr failure = co_await attempt(each, session);
    if (failure == nullptr) {
      settle(each, state::downloaded);
      co_return;
    }
    each.error = reason_of(failure, each.file->shown_url);
    if (const int status = status_of(failure); status != 0) each.status = status;
    const std::optional<duration> wait = retry_.wait_after(each.attempts, failure);
    if (!wait) {
      settle(each, state::failed, each.error);
      co_return;
    }
    held.reset();
    ++retries_;
    each.now = state::pausing;
    each.resumes = seconds_now() + wait->seconds();
    report_.retrying(facts_of(each), *wait);
    co_await asyncio::sleep(*wait);
    held = co_await take_place(each.file->host);
    each.now = state::running;
  }
}

asyncio::task<std::exception_ptr> get_downloads::attempt(download& each, http::client_session& session) {
  ++each.attempts;
  each.status = 0;
  each.bytes = 0;
  each.bytes_total.reset();
  asyncio::timeout stall(options_.stall_timeout);
  std::exception_ptr failure;
  try {
    co_await asyncio::with(stall, [&] { return transfer(each, session, stall); });
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure != nullptr && stall.expired()) failure = stalled(options_.stall_timeout);
  co_return failure;
}

asyncio::task<> get_downloads::transfer(download& each, http::client_session& session,
                                        asyncio::timeout& stall) {
  http::client_response response = co_await session.get(each.file->url);
  each.status = response.status();
  require_whole_answer(response);
  const std::int64_t length = response.content_length();
  if (length >= 0) each.bytes_total = static_cast<std::uint64_t>(length);

  output_file file(folder_, each.file->name);
  for (;;) {
    const std::string chunk = co_await response.content.read_chunk();
    if (chunk.empty()) break;
    file.write(chunk);
    each.bytes = file.bytes();
    bytes_received_ += chunk.size();
    if (!options_.stall_timeout.is_infinite())
      stall.reschedule(asyncio::get_running_loop().time() + options_.stall_timeout);
  }
  // The session has compared them already; a short file is what this program must never leave.
  if (each.bytes_total && *each.bytes_total != file.bytes())
    throw_short_body(*each.bytes_total, file.bytes(), each.file->shown_url);
  file.commit(options_.existing == existing_policy::overwrite ? if_exists::overwrite : if_exists::refuse);
}

asyncio::task<> get_downloads::show_progress() {
  for (;;) {
    co_await asyncio::sleep(report_.show_interval());
    report_.show(view());
  }
}

asyncio::task<> get_downloads::wait_for_signal() {
  bool was_ignored[ending_signals_count];
  for (int index = 0; index < ending_signals_count; ++index)
    was_ignored[index] = is_ignored(ending_signals[index]);
  int number = 0;
  {
    asyncio::signal_receiver signals({ending_signals[0], ending_signals[1], ending_signals[2]});
    for (int index = 0; index < ending_signals_count; ++index)
      if (was_ignored[index]) ignore(ending_signals[index]);
    number = co_await signals.next();
  }
  end_all(std::string(name_of_signal(number)), 128 + number);
  end_at_next_signal(report_.last_words(summarize()));
}

// Ctrl-Z: the shell gets its terminal back as it was.
asyncio::task<> get_downloads::stop_with_terminal() {
  asyncio::signal_receiver signals({SIGTSTP});
  for (;;) {
    co_await signals.next();
    report_.take_bar_away();
    ::kill(::getpid(), SIGSTOP);
  }
}

void get_downloads::end_all(std::string reason, int exit_code) {
  if (!ended_by_.empty()) return;
  ended_by_ = std::move(reason);
  ended_code_ = exit_code;
  everything_.cancel(ended_by_);
}

}  // namespace overlap::get
