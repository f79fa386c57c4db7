// tools/overlap/serve_routes.cpp
#include "serve_routes.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include <overlap/asyncio/event_loop.hpp>
#include <overlap/asyncio/future.hpp>
#include <overlap/asyncio/sleep.hpp>

namespace overlap::serve {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view text_type = "text/plain; charset=utf-8";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view bytes_type = "application/octet-stream";

constexpr double seconds_max = 3600;
constexpr std::uint64_t bytes_max = std::uint64_t{1} << 40;
constexpr std::uint64_t drip_bytes_max = 10'485'760;
constexpr std::uint64_t redirects_max = 1000;
constexpr std::uint64_t refusals_max = 1000;
// Clients that never come back for their 200 must not fill the memory.
constexpr std::size_t remembered_max = 100'000;

template <class Number>
Number number_of(std::string_view text, Number least, Number greatest, std::string_view what) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Written so that a NaN is refused, too.
  if (failure != std::errc() || end != text.data() + text.size() || !(value >= least && value <= greatest)) {
    nlohmann::json least_text = least, greatest_text = greatest;
    throw refusal(400, std::string(what) + " must be a number from " + least_text.dump() + " to " +
                           greatest_text.dump() + ", not '" + std::string(text) + "'\n");
  }
  return value;
}

/// The number behind the route's name. What follows it is only there to tell URLs, and files, apart.
template <class Number>
Number path_number(const request& asked, Number least, Number greatest, std::string_view what) {
  if (asked.segments.size() < 2)
    throw refusal(400, "write /" + asked.segments[0] + "/N, where N is " + std::string(what) + "\n");
  return number_of<Number>(asked.segments[1], least, greatest, what);
}

template <class Number>
Number query_number(const request& asked, std::string_view name, Number otherwise, Number least,
                    Number greatest) {
  const std::string* text = asked.find_query(name);
  return text == nullptr ? otherwise : number_of<Number>(*text, least, greatest, name);
}

std::string json_text(const nlohmann::json& value) {
  // What is no UTF-8 in a header is replaced instead of thrown at.
  return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

asyncio::task<> serve_help(exchange& answer) { co_await answer.reply(200, text_type, help_text()); }

asyncio::task<> sleep_seconds(double seconds) { co_await asyncio::sleep(duration::from_seconds(seconds)); }

asyncio::task<> sleep_till(time_point when) { co_await asyncio::sleep_until(when); }

asyncio::task<> serve_delay(exchange& answer) {
  const double seconds = path_number<double>(answer.asked(), 0, seconds_max, "the seconds to wait");
  co_await answer.wait(sleep_seconds(seconds));
  const nlohmann::json told = {{"delay", seconds}, {"url", answer.asked().target}};
  co_await answer.reply(200, json_type, json_text(told));
}

asyncio::task<> serve_status(exchange& answer) {
  const int status = path_number<int>(answer.asked(), 200, 599, "the status");
  if (status >= 300 && status < 400 && status != 304) answer.add_header("Location", "/");
  if (status == 401) answer.add_header("WWW-Authenticate", "Basic realm=\"overlap serve\"");
  co_await answer.reply(status, text_type, "status " + std::to_string(status) + "\n");
}

/// Bytes that differ from place to place. Its length is a prime, so pieces that are left out or doubled show.
const std::string& pattern() {
  static const std::string made = [] {
    std::string text(65'521, '\0');
    std::uint32_t state = 1;
    for (char& each : text) {
      state = state * 1'664'525 + 1'013'904'223;
      each = static_cast<char>(state >> 24);
    }
    return text;
  }();
  return made;
}

asyncio::task<> send_pattern(exchange& answer, std::uint64_t length) {
  while (length > 0) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(length, pattern().size()));
    co_await answer.send(std::string_view(pattern()).substr(0, piece));
    length -= piece;
    if (answer.asked().is_head()) break;
  }
}

asyncio::task<> serve_bytes(exchange& answer) {
  const auto length = path_number<std::uint64_t>(answer.asked(), 0, bytes_max, "how many bytes");
  co_await answer.begin(200, bytes_type, length);
  co_await send_pattern(answer, length);
}

asyncio::task<> serve_cut(exchange& answer) {
  const auto length = path_number<std::uint64_t>(answer.asked(), 0, bytes_max, "how many bytes are sent");
  answer.close_afterwards();
  co_await answer.begin(200, bytes_type, std::max<std::uint64_t>(2 * length, 1));
  co_await send_pattern(answer, length);
}

asyncio::task<> serve_drip(exchange& answer) {
  const request& asked = answer.asked();
  const double seconds = query_number<double>(asked, "duration", 2, 0, seconds_max);
  const double delay = query_number<double>(asked, "delay", 2, 0, seconds_max);
  const auto length = query_number<std::uint64_t>(asked, "numbytes", 10, 0, drip_bytes_max);
  const int status = query_number<int>(asked, "code", 200, 200, 599);
  const asyncio::event_loop loop = asyncio::get_running_loop();

  co_await answer.wait(sleep_seconds(delay));
  co_await answer.begin(status, bytes_type, length);
  // The first piece at once, the last at the end; a byte each, or more if there were more than 50 pieces a
  // second.
  const auto pieces = std::min(length, static_cast<std::uint64_t>(std::ceil(seconds * 50)) + 1);
  const time_point began = loop.time();
  for (std::uint64_t piece = 0, sent = 0; piece < pieces && !asked.is_head(); ++piece) {
    const double share = pieces == 1 ? 0 : static_cast<double>(piece) / static_cast<double>(pieces - 1);
    if (share > 0) co_await answer.wait(sleep_till(began + duration::from_seconds(seconds * share)));
    const std::uint64_t until = length * (piece + 1) / pieces;
    co_await answer.send(std::string(static_cast<std::size_t>(until - sent), '*'));
    sent = until;
  }
}

asyncio::task<> serve_redirect(exchange& answer) {
  const auto left = path_number<std::uint64_t>(answer.asked(), 0, redirects_max, "how many redirects");
  if (left > 0) answer.add_header("Location", "/redirect/" + std::to_string(left - 1));
  co_await answer.reply(left > 0 ? 302 : 200, text_type, left > 0 ? "" : "arrived\n");
}

asyncio::task<> serve_headers(exchange& answer) {
  nlohmann::json headers = nlohmann::json::object();
  for (const auto& [name, value] : answer.asked().headers) {
    nlohmann::json& known = headers[name];
    known = known.is_null() ? value : known.get<std::string>() + ", " + value;
  }
  const nlohmann::json told = {{"headers", headers}};
  co_await answer.reply(200, json_type, json_text(told));
}

asyncio::task<> serve_echo(exchange& answer) {
  std::string_view type = bytes_type;
  for (const auto& [name, value] : answer.asked().headers)
    if (name == "Content-Type" || name == "content-type") type = value;
  co_await answer.reply(200, type, answer.asked().body);
}

/// Counts a request of this client for this target. True for the first `times`; the one after them is to be
/// served, and begins the count again.
bool is_refused(exchange& answer, std::uint64_t times) {
  auto& refusals = answer.server().refusals;
  if (refusals.size() >= remembered_max) refusals.clear();
  const std::string key = answer.client_and_target();
  if (refusals[key]++ < times) return true;
  refusals.erase(key);
  return false;
}

asyncio::task<> serve_flaky(exchange& answer) {
  const request& asked = answer.asked();
  if (asked.segments.size() < 3)
    throw refusal(400, "write /flaky/K/CODE: K times the status CODE, then 200\n");
  const auto times = number_of<std::uint64_t>(asked.segments[1], 0, refusals_max, "how often it fails");
  const int status = number_of<int>(asked.segments[2], 400, 599, "the status");
  if (is_refused(answer, times)) {
    co_await answer.reply(status, text_type, "not yet\n");
  } else {
    co_await answer.reply(200, text_type, "at last\n");
  }
}

asyncio::task<> serve_retry_after(exchange& answer) {
  const auto seconds = path_number<std::uint64_t>(answer.asked(), 0, 86'400, "the seconds to wait");
  if (is_refused(answer, 1)) {
    answer.add_header("Retry-After", std::to_string(seconds));
    co_await answer.reply(503, text_type, "come back in " + std::to_string(seconds) + " s\n");
  } else {
    co_await answer.reply(200, text_type, "welcome back\n");
  }
}

/// A place at a barrier; whoever leaves before all are there gives it back.
class barrier_place {
 public:
  explicit barrier_place(std::shared_ptr<barrier> joined) noexcept : joined_(std::move(joined)) {
    ++joined_->waiting;
  }
  barrier_place(const barrier_place&) = delete;
  barrier_place& operator=(const barrier_place&) = delete;
  ~barrier_place() { --joined_->waiting; }

 private:
  std::shared_ptr<barrier> joined_;
};

asyncio::task<> wait_at(std::shared_ptr<barrier> joined) {
  const barrier_place place(joined);
  co_await joined->all_there.get_future();
}

asyncio::task<> serve_barrier(exchange& answer) {
  const auto wanted =
      path_number<std::uint64_t>(answer.asked(), 1, 1'000'000, "how many wait for each other");
  auto& barriers = answer.server().barriers;
  std::shared_ptr<barrier>& current = barriers[wanted];
  if (current == nullptr) current = std::make_shared<barrier>();
  if (current->waiting + 1 < wanted) {
    co_await answer.wait(wait_at(current));
  } else {
    current->all_there.set_result();
    barriers.erase(wanted);
  }
  co_await answer.reply(200, text_type, std::to_string(wanted) + " were here\n");
}

asyncio::task<> serve_stats(exchange& answer) {
  statistics& counts = answer.server().counts;
  const nlohmann::json told = {{"requests", counts.requests},
                               {"in_flight", counts.in_flight},
                               {"in_flight_max", counts.in_flight_max},
                               {"connections", counts.connections},
                               {"open", counts.open},
                               {"open_max", counts.open_max}};
  if (answer.asked().find_query("reset") != nullptr) {
    counts.requests = 0;
    counts.connections = 0;
    counts.in_flight_max = counts.in_flight;
    counts.open_max = counts.open;
  }
  co_await answer.reply(200, json_type, json_text(told));
}

constexpr route routes[] = {
    {"", "/", "this page", &serve_help},
    {"delay", "/delay/N", "an answer after N seconds (decimals are fine)", &serve_delay},
    {"status", "/status/N", "an answer with the status N", &serve_status},
    {"bytes", "/bytes/N", "N bytes, always the same", &serve_bytes},
    {"drip", "/drip?duration=2&numbytes=10&delay=2&code=200",
     "after `delay` seconds, `numbytes` bytes over `duration` seconds", &serve_drip},
    {"cut", "/cut/N", "announces 2 N bytes, sends N and closes", &serve_cut},
    {"redirect", "/redirect/N", "N redirects, then 200", &serve_redirect},
    {"headers", "/headers", "the request's headers as JSON", &serve_headers},
    {"echo", "/echo", "the request's body (at most 1 MiB)", &serve_echo},
    {"flaky", "/flaky/K/CODE", "the status CODE for the first K requests of this URL, then 200",
     &serve_flaky},
    {"retry-after", "/retry-after/N", "503 with Retry-After: N for the first request of this URL, then 200",
     &serve_retry_after},
    {"barrier", "/barrier/N", "an answer as soon as N of these requests wait for it", &serve_barrier},
    {"stats", "/stats", "how many requests, at once, and connections; ?reset=1 begins anew", &serve_stats,
     false},
};

}  // namespace

const route* find_route(const request& asked) noexcept {
  const std::string_view name = asked.segments.empty() ? std::string_view() : asked.segments[0];
  const auto found =
      std::ranges::find(routes, name, [](const route& each) { return std::string_view(each.name); });
  return found == std::end(routes) ? nullptr : found;
}

std::string help_text() {
  std::string text = "overlap serve: a server to try things with\n\n";
  for (const route& each : routes)
    text.append("  ").append(each.usage).append("\n      ").append(each.help).append("\n");
  text.append(
      "\nMore behind N (/bytes/10/a, /bytes/10/b) changes nothing: it tells URLs, and files, apart.\n");
  return text;
}

}  // namespace overlap::serve
