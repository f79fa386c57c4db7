// tools/overlap/get_report.cpp
#include "get_report.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <overlap/base/error.hpp>

#include "get_url.hpp"

namespace overlap::get {

namespace {

constexpr double bar_interval_seconds = 0.1;
constexpr double plain_interval_seconds = 10;
constexpr std::size_t bar_rows_max = 7;

struct window_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

window_size window_of(int fd) {
  struct winsize window = {};
  if (::ioctl(fd, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 || window.ws_row == 0) return {};
  return {.columns = window.ws_col, .rows = window.ws_row};
}

// Gives 0 or an errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // Somebody else made the shared description non-blocking.
      struct pollfd writable = {.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool can_move_cursor() {
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

// The shell that put us into the background has its terminal for itself.
bool is_in_foreground() {
  const pid_t group = ::tcgetpgrp(STDERR_FILENO);
  return group < 0 || group == ::getpgrp();
}

progress_mode mode_for(const get_options& options) {
  if (options.is_quiet) return progress_mode::none;
  if (options.progress != progress_mode::automatic) return options.progress;
  // A bar between the events on one screen would be unreadable.
  if (options.is_json && ::isatty(STDOUT_FILENO) == 1) return progress_mode::none;
  if (::isatty(STDERR_FILENO) == 1 && can_move_cursor()) return progress_mode::bar;
  return options.is_json ? progress_mode::none : progress_mode::plain;
}

std::string tries_text(int attempts) {
  return attempts > 1 ? " (after " + std::to_string(attempts) + " tries)" : "";
}

}  // namespace

get_report::get_report(const get_options& options)
    : is_json_(options.is_json), is_quiet_(options.is_quiet), mode_(mode_for(options)) {}

void get_report::event(std::string_view line) {
  if (has_output_failed_) return;
  const int code = write_all(STDOUT_FILENO, line);
  if (code == 0) return;
  has_output_failed_ = true;
  say("the events cannot be written: " + std::string(os_error(code, "write", "standard output").message()));
  if (on_output_failure_) on_output_failure_();
}

void get_report::say(std::string_view line) {
  if (is_quiet_) return;
  const std::string text = "overlap get: " + printable(line) + "\n";
  // What goes wrong on standard error cannot be said anywhere.
  if (frame_.is_drawn()) {
    write_all(STDERR_FILENO, frame_.draw(lines_, window_of(STDERR_FILENO).columns, text));
  } else {
    write_all(STDERR_FILENO, text);
  }
}

void get_report::started(const download_facts& facts) {
  if (is_json_) event(start_event(facts));
}

void get_report::retrying(const download_facts& facts, duration wait) {
  if (is_json_) event(retry_event(facts, wait.seconds()));
}

void get_report::finished(const download_facts& facts) {
  if (is_json_) event(finish_event(facts));
  if (!facts.error.empty()) say("failed: " + facts.url + ": " + facts.error + tries_text(facts.attempts));
}

void get_report::unfinished(const download_facts& facts) {
  if (is_json_) event(finish_event(facts));
}

void get_report::skipped(const download_facts& facts) {
  if (is_json_) event(skip_event(facts));
}

duration get_report::show_interval() const noexcept {
  if (mode_ == progress_mode::bar) return duration::from_seconds(bar_interval_seconds);
  if (mode_ == progress_mode::plain) return duration::from_seconds(plain_interval_seconds);
  return duration::infinite();
}

void get_report::show(const progress_view& view) {
  if (mode_ == progress_mode::plain) say(plain_line(view));
  if (mode_ != progress_mode::bar || !is_in_foreground()) return;
  const window_size window = window_of(STDERR_FILENO);
  // The last column stays free: a full line would move the cursor on in some terminals. So does the last row,
  // on which the cursor rests.
  lines_ = bar_lines(view, window.columns - 1, std::min(window.rows - 1, bar_rows_max));
  write_all(STDERR_FILENO, frame_.draw(lines_, window.columns));
}

void get_report::take_bar_away() {
  if (frame_.is_drawn()) write_all(STDERR_FILENO, frame_.end(window_of(STDERR_FILENO).columns));
}

void get_report::summary(const summary_facts& facts) {
  take_bar_away();
  if (is_json_) event(summary_event(facts));
  say(summary_text(facts));
}

std::string get_report::last_words(const summary_facts& facts) const {
  if (is_quiet_) return {};
  return (has_bar() ? std::string(show_cursor) + "\n" : "") +
         "overlap get: ended at once; .part files may be left; " + summary_text(facts) + "\n";
}

std::string summary_text(const summary_facts& facts) {
  std::string text = facts.ended_by.empty() ? "" : "ended by " + facts.ended_by + ": ";
  text += std::to_string(facts.downloaded) + " of " + std::to_string(facts.total) + " files downloaded, " +
          bytes_text(static_cast<double>(facts.bytes));
  char time[64];
  std::snprintf(time, sizeof time, " in %.1f s", facts.seconds);
  text += time;
  if (facts.bytes > 0 && facts.seconds > 0)
    text += " (" + bytes_text(static_cast<double>(facts.bytes) / facts.seconds) + "/s)";
  const auto add = [&text](std::size_t count, std::string_view word) {
    if (count > 0) text += ", " + std::to_string(count) + " " + std::string(word);
  };
  add(facts.skipped, "skipped");
  add(facts.failed, "failed");
  add(facts.unfinished, "not finished (go on with --skip-existing)");
  add(facts.retries, facts.retries == 1 ? "retry" : "retries");
  return text;
}

}  // namespace overlap::get
