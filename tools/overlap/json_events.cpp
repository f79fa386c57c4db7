// tools/overlap/json_events.cpp
#include "json_events.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace overlap::get {

namespace {

using json = nlohmann::ordered_json;

// File names and servers' words may be no UTF-8, which JSON must be.
std::string line_of(const json& event) {
  return event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json rounded(double seconds) { return std::round(seconds * 1e6) / 1e6; }
json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }
json status_or_null(int status) { return status == 0 ? json() : json(status); }

}  // namespace

std::string start_event(const download_facts& facts) {
  return line_of({{"event", "start"}, {"url", facts.url}, {"file", facts.file}});
}

std::string retry_event(const download_facts& facts, double wait_seconds) {
  return line_of({{"event", "retry"},
                  {"url", facts.url},
                  {"file", facts.file},
                  {"status", status_or_null(facts.status)},
                  {"attempts", facts.attempts},
                  {"error", text_or_null(facts.error)},
                  {"wait_seconds", rounded(wait_seconds)}});
}

std::string finish_event(const download_facts& facts) {
  return line_of({{"event", "finish"},
                  {"url", facts.url},
                  {"file", facts.file},
                  {"status", status_or_null(facts.status)},
                  {"bytes", facts.bytes},
                  {"seconds", rounded(facts.seconds)},
                  {"attempts", facts.attempts},
                  {"error", text_or_null(facts.error)}});
}

std::string skip_event(const download_facts& facts) {
  return line_of({{"event", "skip"}, {"url", facts.url}, {"file", facts.file}});
}

std::string summary_event(const summary_facts& facts) {
  return line_of({{"event", "summary"},
                  {"total", facts.total},
                  {"downloaded", facts.downloaded},
                  {"skipped", facts.skipped},
                  {"failed", facts.failed},
                  {"unfinished", facts.unfinished},
                  {"retries", facts.retries},
                  {"bytes", facts.bytes},
                  {"seconds", rounded(facts.seconds)},
                  {"ended_by", text_or_null(facts.ended_by)},
                  {"exit_code", facts.exit_code}});
}

}  // namespace overlap::get
