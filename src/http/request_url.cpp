// src/http/request_url.cpp
//
// See request_url.hpp.

#include "http/request_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <new>

#include <overlap/http/errors.hpp>

#include "http/answer_head.hpp"
#include "http/failure.hpp"

namespace overlap::http::detail {

namespace {

class url_handle {
 public:
  url_handle() : url_(::curl_url()) {
    if (url_ == nullptr) throw std::bad_alloc();
  }
  url_handle(const url_handle&) = delete;
  url_handle& operator=(const url_handle&) = delete;
  ~url_handle() { ::curl_url_cleanup(url_); }

  [[nodiscard]] CURLUcode set(std::string_view text) {
    return ::curl_url_set(url_, CURLUPART_URL, std::string(text).c_str(), CURLU_URLENCODE);
  }
  [[nodiscard]] std::string text() const {
    char* whole = nullptr;
    if (::curl_url_get(url_, CURLUPART_URL, &whole, 0) != CURLUE_OK) throw std::bad_alloc();
    std::string copy(whole);
    ::curl_free(whole);
    return copy;
  }

 private:
  CURLU* url_;
};

[[nodiscard]] bool starts_with_scheme(std::string_view url, std::string_view scheme) noexcept {
  return url.size() > scheme.size() && same_name(url.substr(0, scheme.size()), scheme);
}

[[nodiscard]] bool is_absolute_http(std::string_view url) noexcept {
  return starts_with_scheme(url, "http://") || starts_with_scheme(url, "https://");
}

[[noreturn]] void refuse(std::string_view url, std::string_view why) {
  const std::string shown = without_credentials(url);
  std::string text = "URL \"";
  text.append(shown).append("\": ").append(why);
  throw invalid_url(text, shown);
}

[[nodiscard]] bool needs_encoding(std::string_view url) noexcept {
  return std::any_of(url.begin(), url.end(), [](char each) { return each <= ' ' || each == '\x7f'; });
}

// The part that a `#` begins is the reader's, never the server's.
[[nodiscard]] std::string with_params(std::string url, const header_map& params) {
  const std::size_t fragment = url.find('#');
  std::string tail;
  if (fragment != std::string::npos) {
    tail = url.substr(fragment);
    url.resize(fragment);
  }
  const std::size_t query = url.find('?');
  if (query == std::string::npos) {
    url += '?';
  } else if (url.back() != '?' && url.back() != '&') {
    url += '&';
  }
  return url.append(percent_encoded(params)).append(tail);
}

}  // namespace

std::string percent_encoded(const header_map& fields) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  const auto append = [&](std::string_view part) {
    for (const char each : part) {
      const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                            (each >= '0' && each <= '9') ||
                            std::string_view("-._~").find(each) != std::string_view::npos;
      if (is_plain) {
        text += each;
      } else {
        const auto byte = static_cast<unsigned char>(each);
        text.append({'%', digits[byte >> 4U], digits[byte & 15U]});
      }
    }
  };
  for (const field& each : fields) {
    if (!text.empty()) text += '&';
    append(each.name);
    text += '=';
    append(each.value);
  }
  return text;
}

std::string request_url(std::string_view base, std::string_view url, const header_map& params) {
  const bool is_whole = url.find("://") != std::string_view::npos;
  if (base.empty() && !is_absolute_http(url))
    refuse(url, is_whole ? "neither http nor https; only these are spoken"
                         : "it has no scheme; write http://… or https://…, or give the session a base_url");
  if (url.find('\0') != std::string_view::npos) refuse(url, "it contains a zero byte");
  std::string whole(url);
  if (!base.empty() || needs_encoding(url)) {
    url_handle handle;
    if (!base.empty() && handle.set(base) != CURLUE_OK) refuse(base, "it cannot be read (base_url)");
    const CURLUcode code = url.empty() ? CURLUE_OK : handle.set(url);
    if (code != CURLUE_OK) refuse(url, std::string("it cannot be read: ") + ::curl_url_strerror(code));
    whole = handle.text();
    if (!is_absolute_http(whole)) refuse(whole, "neither http nor https; only these are spoken");
  }
  return params.empty() ? whole : with_params(std::move(whole), params);
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  std::string_view authority = url.substr(start, end - start);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  std::string host(url.substr(0, start));
  host.append(authority);
  for (char& each : host)
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each + ('a' - 'A'));
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!has_port) host.append(host.starts_with("https") ? ":443" : ":80");
  return host;
}

}  // namespace overlap::http::detail
