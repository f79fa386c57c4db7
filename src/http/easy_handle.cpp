// src/http/easy_handle.cpp
//
// See easy_handle.hpp.

#include "http/easy_handle.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <overlap/base/error.hpp>
#include <overlap/http/errors.hpp>

#include "http/request_url.hpp"

namespace overlap::http::detail {

namespace {

constexpr const char* spoken = "http,https";
constexpr const char* user_agent = "overlap/0.1";

// libcurl counts in milliseconds, and 0 is its word for "no limit": a limit below 1 ms becomes 1 ms.
long milliseconds_of(duration span) noexcept {
  if (span.is_infinite()) return 0;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  return static_cast<long>(std::clamp<std::int64_t>(span.nanoseconds() / 1'000'000, 1, most));
}

// What this libcurl can decode.
std::string known_encodings() {
  const curl_version_info_data* known = ::curl_version_info(CURLVERSION_NOW);
  std::string list = (known->features & CURL_VERSION_LIBZ) != 0 ? "gzip, deflate" : "identity";
  if ((known->features & CURL_VERSION_BROTLI) != 0) list += ", br";
  if ((known->features & CURL_VERSION_ZSTD) != 0) list += ", zstd";
  return list;
}

bool breaks_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

void init_curl() {
  // Never undone: other parts of the program may use libcurl, and it counts its users, not its threads.
  static const CURLcode code = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw client_error(std::string("libcurl cannot start: ") + ::curl_easy_strerror(code), {});
}

void header_lines::add(std::string_view name, std::string_view value) {
  if (name.empty() || breaks_line(name) || breaks_line(value) || name.find(':') != std::string_view::npos)
    throw invalid_value_error("header field \"" + std::string(name) +
                              "\": a line break, zero byte or misplaced colon in its name or value");
  std::string line(name);
  line.append(value.empty() ? ":" : ": ").append(value);
  curl_slist* longer = ::curl_slist_append(lines_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  lines_ = longer;
}

void header_lines::clear() noexcept {
  ::curl_slist_free_all(lines_);
  lines_ = nullptr;
}

session_setup::session_setup(const session_options& given) : options(given) {
  init_curl();
  // As ready lines, because libcurl would format its own for every request: 8 % of a small one.
  if (!options.headers.contains("User-Agent")) options.headers.add("User-Agent", user_agent);
  if (options.headers.get("User-Agent") == "") options.headers.remove("User-Agent");  // libcurl has none
  if (options.auto_decompress && !options.headers.contains("Accept-Encoding"))
    options.headers.add("Accept-Encoding", known_encodings());
  for (const field& each : options.headers) headers.add(each.name, each.value);
  shared = ::curl_share_init();
  if (shared == nullptr) throw std::bad_alloc();
  ::curl_share_setopt(shared, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  if (options.cookies) ::curl_share_setopt(shared, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}

session_setup::~session_setup() { ::curl_share_cleanup(shared); }

easy_handle::easy_handle(const session_setup& setup) : setup_(setup), easy_(::curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
  error_text_[0] = '\0';
  try {
    configure();
  } catch (...) {
    ::curl_easy_cleanup(easy_);
    throw;
  }
}

easy_handle::~easy_handle() { ::curl_easy_cleanup(easy_); }

template <class Value>
void easy_handle::set(CURLoption option, Value value) {
  const CURLcode code = ::curl_easy_setopt(easy_, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK)
    throw invalid_value_error(std::string("libcurl refuses an option of the request or session: ") +
                              ::curl_easy_strerror(code));
}

void easy_handle::configure() {
  const kept_session_options& options = setup_.options;
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_text_);
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a transfer while its name is being resolved would block until the resolver's thread
  // is done; with it that thread ends alone.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_PROTOCOLS_STR, spoken);
  set(CURLOPT_REDIR_PROTOCOLS_STR, spoken);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, static_cast<long>(options.max_redirects));
  set(CURLOPT_HTTPHEADER, setup_.headers.get());
  if (options.auto_decompress) set(CURLOPT_ACCEPT_ENCODING, "");
  if (options.cookies) set(CURLOPT_COOKIEFILE, "");
  configure_connection();
  prepare_auth(options.auth);
  is_plain_ = true;
}

void easy_handle::configure_connection() {
  const kept_session_options& options = setup_.options;
  set(CURLOPT_SHARE, setup_.shared);
  if (setup_.close_socket != nullptr) {
    set(CURLOPT_CLOSESOCKETFUNCTION, setup_.close_socket);
    set(CURLOPT_CLOSESOCKETDATA, setup_.socket_argument);
    set(CURLOPT_SOCKOPTFUNCTION, setup_.socket_opened);
    set(CURLOPT_SOCKOPTDATA, setup_.socket_argument);
  }
  set(CURLOPT_HTTP_VERSION,
      static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(options.connect_timeout));
  set(CURLOPT_MAXAGE_CONN, std::max(1L, milliseconds_of(options.keep_alive) / 1000));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_SSL_VERIFYPEER, options.verify ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, options.verify ? 2L : 0L);
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.certificate_file.empty()) set(CURLOPT_SSLCERT, options.certificate_file.c_str());
  if (!options.key_file.empty()) set(CURLOPT_SSLKEY, options.key_file.c_str());
  // An empty text, unlike none, keeps libcurl from looking at the environment.
  if (!options.proxy.empty() || !options.trust_env) set(CURLOPT_PROXY, options.proxy.c_str());
}

void easy_handle::prepare(std::string_view method, const std::string& url,
                          const kept_request_options* options, answer_sink& to) {
  sink = &to;
  error_text_[0] = '\0';
  set(CURLOPT_URL, url.c_str());
  // With HTTP/2 one connection carries many requests: the first one's is waited for rather than opening one
  // for each. Without TLS it is not spoken, and waiting would only cost time.
  const bool may_share = setup_.options.http2 && (url[4] == 's' || url[4] == 'S');
  if (may_share != may_share_) set(CURLOPT_PIPEWAIT, may_share ? 1L : 0L);
  may_share_ = may_share;
  if (method != "GET") prepare_method(method);
  const bool follows =
      options != nullptr && options->allow_redirects ? *options->allow_redirects : method != "HEAD";
  if (!follows) {
    is_plain_ = false;
    set(CURLOPT_FOLLOWLOCATION, 0L);
  }
  to.follows_redirects = follows;
  if (options != nullptr) prepare_options(*options);
}

void easy_handle::prepare_method(std::string_view method) {
  is_plain_ = false;
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (method == "POST") {
    // Not as a custom word: so it becomes a GET after 301, 302 and 303, as in browsers and in Python.
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(0));
    set(CURLOPT_POSTFIELDS, "");
  } else {
    if (method.empty() || method.find_first_of(" \t\r\n:/") != std::string_view::npos)
      throw invalid_value_error("HTTP method \"" + std::string(method) + "\": not a word");
    set(CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
  }
}

void easy_handle::prepare_options(const kept_request_options& options) {
  is_plain_ = false;
  if (options.max_redirects) set(CURLOPT_MAXREDIRS, static_cast<long>(*options.max_redirects));
  prepare_auth(options.auth);
  bool has_content_type = false;
  headers_.clear();
  for (const field& each : setup_.options.headers) {
    if (options.headers.contains(each.name)) continue;
    headers_.add(each.name, each.value);
    has_content_type = has_content_type || same_name(each.name, "content-type");
  }
  for (const field& each : options.headers) {
    headers_.add(each.name, each.value);
    has_content_type = has_content_type || same_name(each.name, "content-type");
  }
  prepare_body(options, has_content_type);
  set(CURLOPT_HTTPHEADER, headers_.get());
}

void easy_handle::prepare_body(const kept_request_options& options, bool has_content_type) {
  const int bodies = (options.data ? 1 : 0) + (options.json ? 1 : 0) + (options.form.empty() ? 0 : 1);
  if (bodies == 0) return;
  if (bodies > 1) throw invalid_value_error("a request has one body: give data, json or form");
  const char* type = "application/x-www-form-urlencoded";
  if (options.data) {
    type = "application/octet-stream";
    body_ = *options.data;
  } else if (options.json) {
    type = "application/json";
    body_ = *options.json;
  } else {
    body_ = percent_encoded(options.form);
  }
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
  set(CURLOPT_POSTFIELDS, body_.c_str());
  if (!has_content_type) headers_.add("Content-Type", type);
  // libcurl would wait up to a second for "100 Continue" before a long body; hardly a server sends it.
  if (!options.headers.contains("Expect")) headers_.add("Expect", "");
}

void easy_handle::prepare_auth(const kept_auth& auth) {
  if (auth.user.empty()) return;
  set(CURLOPT_USERNAME, auth.user.c_str());
  set(CURLOPT_PASSWORD, auth.password.c_str());
}

void easy_handle::reset() {
  sink = nullptr;
  if (is_plain_) return;
  ::curl_easy_reset(easy_);
  may_share_ = false;
  headers_.clear();
  configure();
}

std::size_t easy_handle::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto* handle = static_cast<easy_handle*>(self);
  answer_sink& to = *handle->sink;
  const std::size_t bytes = size * count;
  if (to.head.take_line(std::string_view(data, bytes), to.follows_redirects)) {
    to.head_is_final();
  } else if (bytes <= 2 && to.head.status() == 303 && !handle->is_plain_) {
    // See Other means a GET, whatever word it was; libcurl would keep a custom word.
    ::curl_easy_setopt(handle->easy_, CURLOPT_CUSTOMREQUEST, nullptr);
  }
  return bytes;
}

std::size_t easy_handle::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<easy_handle*>(self)->sink->take_body(std::string_view(data, size * count));
}

}  // namespace overlap::http::detail
