// tools/overlap/json_events.hpp
//
// The lines of `overlap get --json`: one JSON object each. Their fields are an interface: programs read them.
//
// Threads: functions without state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace overlap::get {

/// What is known of a download when something happens to it.
struct download_facts {
  std::string url{};   ///< without credentials
  std::string file{};  ///< path of the final file
  int status = 0;      ///< of the last answer; 0: there was none
  std::uint64_t bytes = 0;
  double seconds = 0;  ///< since its first start, pauses included
  int attempts = 0;
  std::string error{};  ///< empty: none
};

struct summary_facts {
  std::size_t total = 0;
  std::size_t downloaded = 0;
  std::size_t skipped = 0;
  std::size_t failed = 0;
  std::size_t unfinished = 0;  ///< begun or not, when everything was ended
  std::size_t retries = 0;
  std::uint64_t bytes = 0;  ///< in the downloaded files
  double seconds = 0;
  int exit_code = 0;
  std::string ended_by{};  ///< "", "total time-out", "SIGINT", …
};

/// {"event":"start","url":…,"file":…}
std::string start_event(const download_facts& facts);
/// {"event":"retry","url":…,"file":…,"status":…,"attempts":…,"error":…,"wait_seconds":…}
std::string retry_event(const download_facts& facts, double wait_seconds);
/// {"event":"finish","url":…,"file":…,"status":…,"bytes":…,"seconds":…,"attempts":…,"error":…}; `error` is
/// null if the file is whole, `status` if there was no answer.
std::string finish_event(const download_facts& facts);
/// {"event":"skip","url":…,"file":…}
std::string skip_event(const download_facts& facts);
/// {"event":"summary",…}
std::string summary_event(const summary_facts& facts);

}  // namespace overlap::get
