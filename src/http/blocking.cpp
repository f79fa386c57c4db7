// src/http/blocking.cpp
//
// One request on the calling thread, by libcurl's easy interface.

#include <curl/curl.h>

#include <algorithm>
#include <exception>
#include <utility>

#include <overlap/http/blocking.hpp>

#include "http/easy_handle.hpp"
#include "http/failure.hpp"
#include "http/request_url.hpp"

namespace overlap::http {

namespace {

class collector final : public detail::answer_sink {
 public:
  std::string body;
  CURL* easy = nullptr;
  double seconds_to_head = 0;

 private:
  void head_is_final() override { ::curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME, &seconds_to_head); }
  std::size_t take_body(std::string_view piece) override {
    if (!head.is_final()) head.finish();
    body.append(piece);
    return piece.size();
  }
};

// libcurl counts the whole in milliseconds, with 0 for "no limit".
void set_deadline(CURL* easy, duration limit) {
  if (limit.is_infinite()) return;
  constexpr std::int64_t most = 2'147'483'647;
  const std::int64_t milliseconds =
      std::min(std::max<std::int64_t>(limit.nanoseconds() / 1'000'000, 1), most);
  ::curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(milliseconds));
}

void throw_failure(CURLcode code, const detail::easy_handle& handle, const detail::request_name& name,
                   const detail::answer_head& head, duration limit) {
  if (code == CURLE_OPERATION_TIMEDOUT && !limit.is_infinite()) {
    double spent = 0;
    ::curl_easy_getinfo(handle.get(), CURLINFO_TOTAL_TIME, &spent);
    if (duration::from_seconds(spent + 0.002) >= limit)
      std::rethrow_exception(detail::deadline_failure(name, limit, head));
  }
  if (code != CURLE_OK)
    std::rethrow_exception(detail::failure_of(code, handle.get(), handle.error_text(), name, head));
}

response collected(collector& answer, CURL* easy, std::string_view method, const std::string& url) {
  long redirects = 0;
  char* where = nullptr;
  ::curl_easy_getinfo(easy, CURLINFO_REDIRECT_COUNT, &redirects);
  if (redirects != 0) ::curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &where);
  response whole;
  whole.status_code = answer.head.status();
  whole.reason = answer.head.reason();
  whole.headers = answer.head.fields();
  whole.content = std::move(answer.body);
  whole.url = where != nullptr ? where : url;
  whole.method = method;
  whole.redirect_count = static_cast<int>(redirects);
  whole.elapsed = duration::from_seconds(answer.seconds_to_head);
  return whole;
}

}  // namespace

response request(std::string_view method, std::string_view url, const request_options& options,
                 const session_options& session) {
  const detail::session_setup setup(session);
  const std::string whole_url = detail::request_url(session.base_url, url, options.params.owned());
  const duration limit = options.timeout.value_or(session.timeout);
  detail::easy_handle handle(setup);
  collector answer;
  answer.easy = handle.get();
  const detail::kept_request_options kept(options);
  handle.prepare(method, whole_url, &kept, answer);
  set_deadline(handle.get(), limit);
  const CURLcode code = ::curl_easy_perform(handle.get());
  throw_failure(code, handle, {method, whole_url}, answer.head, limit);
  response whole = collected(answer, handle.get(), method, whole_url);
  if (options.raise_for_status.value_or(session.raise_for_status)) whole.raise_for_status();
  return whole;
}

std::string response::text() const {
  return detail::to_utf8(content, detail::charset_of(headers.get("content-type", "")));
}

const response& response::raise_for_status() const {
  detail::throw_for_status({method, url}, status_code, reason,
                           detail::retry_after_of(headers.get("retry-after", ""), headers.get("date", "")));
  return *this;
}

response get(std::string_view url, const request_options& options) { return request("GET", url, options); }
response post(std::string_view url, const request_options& options) { return request("POST", url, options); }
response put(std::string_view url, const request_options& options) { return request("PUT", url, options); }
response patch(std::string_view url, const request_options& options) {
  return request("PATCH", url, options);
}
response delete_(std::string_view url, const request_options& options) {
  return request("DELETE", url, options);
}
response head(std::string_view url, const request_options& options) { return request("HEAD", url, options); }
response options(std::string_view url, const request_options& options) {
  return request("OPTIONS", url, options);
}

}  // namespace overlap::http
