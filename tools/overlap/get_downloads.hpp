// tools/overlap/get_downloads.hpp
//
// The downloads of one `overlap get`, in the event loop.
//
// Every host has a task that starts its downloads, in the list's order, when the host and the whole have
// room. A download that waits for another try holds no place meanwhile.
//
// Threads: main's only; run() runs the loop.
//
// Invariants
//   1. At most `jobs` downloads are under way, and at most `jobs_per_host` from one host.
//   2. Every download that was started and not stopped is reported as finished exactly once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <overlap/asyncio.hpp>
#include <overlap/http/client_session.hpp>

#include "get_options.hpp"
#include "get_plan.hpp"
#include "get_report.hpp"
#include "json_events.hpp"
#include "output_file.hpp"
#include "progress_meter.hpp"
#include "progress_text.hpp"
#include "retry.hpp"

namespace overlap::get {

class get_downloads {
 public:
  /// The arguments must outlive this.
  get_downloads(const get_options& options, const get_plan& plan, const output_folder& folder,
                get_report& report);

  /// Downloads everything, and says what became of it, with the summary. Gives the exit code.
  int run();

 private:
  enum class state : std::uint8_t { waiting, running, pausing, downloaded, failed, skipped };

  struct download {
    const planned_file* file;
    state now = state::waiting;
    int attempts = 0;
    int status = 0;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> bytes_total;
    double started = 0;  // on the clock of seconds_now()
    double resumes = 0;  // while pausing
    double seconds = 0;  // it took, when it has ended
    std::string error;
  };

  /// The right to download: one place among all, and one at the host.
  struct place {
    asyncio::semaphore::permit at_host;
    asyncio::semaphore::permit in_all;
  };
  class in_flight_entry;

  asyncio::task<> main();
  asyncio::task<> download_all();
  asyncio::task<> start_downloads(std::size_t host, http::client_session& session,
                                  asyncio::task_group& group);
  asyncio::task<> run_download(download& each, http::client_session& session, place taken);
  asyncio::task<std::exception_ptr> attempt(download& each, http::client_session& session);
  asyncio::task<> transfer(download& each, http::client_session& session, asyncio::timeout& stall);
  asyncio::task<place> take_place(std::size_t host);
  asyncio::task<> show_progress();
  asyncio::task<> wait_for_signal();
  asyncio::task<> stop_with_terminal();

  [[nodiscard]] http::session_options session_options() const;
  [[nodiscard]] download_facts facts_of(const download& each) const;
  [[nodiscard]] summary_facts summarize() const;
  [[nodiscard]] progress_view view();
  [[nodiscard]] double seconds_now() const;
  void end_all(std::string reason, int exit_code);
  void settle(download& each, state end, std::string error = {});

  const get_options& options_;
  const get_plan& plan_;
  const output_folder& folder_;
  get_report& report_;
  retry_policy retry_;
  progress_meter meter_;

  std::vector<download> downloads_;
  std::vector<std::vector<std::size_t>> of_host_;  // indices into downloads_
  asyncio::semaphore places_;
  std::deque<asyncio::semaphore> host_places_;
  std::list<download*> in_flight_;  // in the order of their start
  asyncio::cancel_scope everything_;

  std::chrono::steady_clock::time_point began_;
  std::uint64_t bytes_received_ = 0;  // also those of tries that failed
  std::size_t ended_ = 0;
  std::size_t failed_ = 0;
  std::size_t retries_ = 0;
  std::string ended_by_;
  int ended_code_ = 0;
};

}  // namespace overlap::get
