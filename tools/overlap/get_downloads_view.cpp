// tools/overlap/get_downloads_view.cpp
//
// What is known about the downloads, for those who are told.
#include <algorithm>
#include <cmath>
#include <utility>

#include "get_downloads.hpp"

namespace overlap::get {

namespace {
constexpr std::size_t flights_shown_max = 6;
}  // namespace

// It borrows from the options.
http::session_options get_downloads::session_options() const {
  http::session_options session;
  session.headers = options_.headers;
  session.timeout = options_.timeout;
  session.limit = 0;
  session.max_redirects = options_.max_redirects;
  session.raise_for_status = true;
  session.ca_file = options_.ca_file;
  // A file holds the bytes that the server has, and their number can be compared with Content-Length.
  session.auto_decompress = false;
  return session;
}

double get_downloads::seconds_now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

void get_downloads::settle(download& each, state end, std::string error) {
  each.now = end;
  each.error = std::move(error);
  each.seconds = end == state::skipped ? 0 : seconds_now() - each.started;
  ++ended_;
  if (end == state::skipped) {
    report_.skipped(facts_of(each));
    return;
  }
  if (end == state::failed) ++failed_;
  report_.finished(facts_of(each));
}

download_facts get_downloads::facts_of(const download& each) const {
  const bool is_unfinished = !ended_by_.empty() && (each.now == state::running || each.now == state::pausing);
  return {.url = each.file->shown_url,
          .file = each.file->path,
          .status = each.status,
          .bytes = each.bytes,
          .seconds = is_unfinished ? seconds_now() - each.started : each.seconds,
          .attempts = each.attempts,
          .error = is_unfinished ? "ended by " + ended_by_ + " before it was whole" : each.error};
}

summary_facts get_downloads::summarize() const {
  summary_facts facts;
  facts.total = downloads_.size();
  for (const download& each : downloads_) {
    facts.downloaded += each.now == state::downloaded ? 1 : 0;
    facts.skipped += each.now == state::skipped ? 1 : 0;
    facts.failed += each.now == state::failed ? 1 : 0;
    if (each.now == state::downloaded) facts.bytes += each.bytes;
  }
  facts.unfinished = facts.total - facts.downloaded - facts.skipped - facts.failed;
  facts.retries = retries_;
  facts.seconds = seconds_now();
  facts.ended_by = ended_by_;
  if (!ended_by_.empty()) {
    facts.exit_code = ended_code_;
  } else {
    facts.exit_code = facts.failed + facts.unfinished == 0 && !report_.has_output_failed() ? 0 : 1;
  }
  return facts;
}

progress_view get_downloads::view() {
  progress_view view;
  view.files_total = downloads_.size();
  view.files_ended = ended_;
  view.files_failed = failed_;
  view.bytes = bytes_received_;
  view.in_flight_count = in_flight_.size();
  double done = static_cast<double>(ended_);
  const double now = seconds_now();
  for (const download* each : in_flight_) {
    if (each->bytes_total && *each->bytes_total > 0)
      done += static_cast<double>(each->bytes) / static_cast<double>(*each->bytes_total);
    if (view.in_flight.size() == flights_shown_max) continue;
    flight_view& flight = view.in_flight.emplace_back();
    flight.name = each->file->name;
    flight.bytes = each->bytes;
    flight.bytes_total = each->bytes_total;
    if (each->now == state::pausing)
      flight.remark = "again in " + time_text(std::max(0.0, each->resumes - now)) + ": " + each->error;
  }
  view.fraction = std::min(1.0, done / static_cast<double>(downloads_.size()));
  meter_.add(now, view.bytes, view.fraction);
  view.bytes_per_second = meter_.bytes_per_second();
  view.seconds_left = meter_.seconds_left();
  return view;
}

}  // namespace overlap::get
