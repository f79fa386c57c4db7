// tools/overlap/get_report.hpp
//
// What `overlap get` says: the bar, lines, JSON events and the summary. People read standard error, programs
// standard output; --quiet silences the first.
//
// Threads: the loop's thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <overlap/base/duration.hpp>

#include "get_options.hpp"
#include "json_events.hpp"
#include "progress_text.hpp"
#include "terminal_frame.hpp"

namespace overlap::get {

class get_report {
 public:
  explicit get_report(const get_options& options);
  get_report(const get_report&) = delete;
  get_report& operator=(const get_report&) = delete;
  ~get_report() { take_bar_away(); }

  void started(const download_facts& facts);
  void retrying(const download_facts& facts, duration wait);
  /// Whole if facts.error is empty, else failed for good.
  void finished(const download_facts& facts);
  /// Ended before it was whole, because everything was ended.
  void unfinished(const download_facts& facts);
  void skipped(const download_facts& facts);

  /// How often show() wants to be called; infinite: never.
  [[nodiscard]] duration show_interval() const noexcept;
  void show(const progress_view& view);
  /// Leaves the terminal as it was, until the next show().
  void take_bar_away();
  [[nodiscard]] bool has_bar() const noexcept { return mode_ == progress_mode::bar; }

  void summary(const summary_facts& facts);
  /// What a signal handler writes when it ends the program.
  [[nodiscard]] std::string last_words(const summary_facts& facts) const;

  /// Called once, when standard output cannot take the events any more (its reader has gone, the disk is
  /// full).
  void on_output_failure(std::function<void()> callback) { on_output_failure_ = std::move(callback); }
  [[nodiscard]] bool has_output_failed() const noexcept { return has_output_failed_; }

 private:
  void event(std::string_view line);
  void say(std::string_view line);

  bool is_json_;
  bool is_quiet_;
  progress_mode mode_;
  bool has_output_failed_ = false;
  std::function<void()> on_output_failure_;
  terminal_frame frame_;
  std::vector<std::string> lines_;  // of the last show()
};

/// "98 of 100 files downloaded, 1.2 GiB in 12.3 s (99.9 MiB/s), 1 skipped, 1 failed, 3 retries".
std::string summary_text(const summary_facts& facts);

}  // namespace overlap::get
