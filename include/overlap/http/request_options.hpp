// include/overlap/http/request_options.hpp
//
// What can be said about one request, and about a session.
//
// Threads: value types; no shared state.
//
// Texts and fields are borrowed for the length of the call that gets the options, and nothing in them has to
// be destroyed (see given_fields).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include <overlap/base/duration.hpp>
#include <overlap/http/header_map.hpp>

namespace overlap::http {

/// User name and password, sent as Basic authentication and never to another host on a redirect. No user:
/// none.
struct basic_auth {
  std::string_view user{};
  std::string_view password{};
};

/// One request: `session.get(url, {.params = {{"page", 2}}, .timeout = 5s})`. What is not given is the
/// session's. Its texts are borrowed until the call returns.
///
/// Python   the keyword arguments of aiohttp's session.request and of requests.request
struct request_options {
  /// Appended to the URL's query, percent-encoded.
  given_fields params{};
  /// Added to the session's; the same name replaces its value, an empty value leaves the field out.
  given_fields headers{};
  /// The body, as it is. At most one of data, json and form.
  std::optional<std::string_view> data{};
  /// The body, a JSON text; sets Content-Type. For values see <overlap/http/json.hpp>.
  std::optional<std::string_view> json{};
  /// The body, as a web form: percent-encoded; sets Content-Type.
  given_fields form{};
  basic_auth auth{};
  /// From the first step (waiting for a free connection included) to the last byte of the body.
  std::optional<duration> timeout{};
  /// Follow redirects. Not given: yes, but for HEAD.
  std::optional<bool> allow_redirects{};
  std::optional<int> max_redirects{};
  /// Statuses from 400 on throw client_response_error.
  std::optional<bool> raise_for_status{};
};

/// Nothing special.
inline constexpr request_options no_request_options{};

/// A session: `client_session session({.base_url = "https://example.org/api/", .limit = 20})`. Its texts are
/// borrowed until the call returns; the session keeps copies.
///
/// Python   the arguments of aiohttp.ClientSession and its TCPConnector
struct session_options {
  /// What URLs are relative to, as a browser would resolve them. Empty: URLs are absolute.
  std::string_view base_url{};
  /// Sent with every request.
  given_fields headers{};
  basic_auth auth{};
  /// The total deadline of each request; always on. duration::infinite() for none.
  duration timeout = duration::from_seconds(300);
  /// For the connection (name, TCP, TLS); within `timeout`.
  duration connect_timeout = duration::from_seconds(30);
  /// Requests in flight, in all and to one host (scheme, name and port); 0: no limit. Others wait in line.
  std::size_t limit = 100;
  std::size_t limit_per_host = 0;
  int max_redirects = 10;
  bool raise_for_status = false;
  /// Check certificates and host names. Off only for tests.
  bool verify = true;
  /// Certificates to trust (PEM); empty: the system's.
  std::string_view ca_file{};
  /// A client certificate and its key (PEM).
  std::string_view certificate_file{};
  std::string_view key_file{};
  /// HTTP/2 over TLS where the server has it.
  bool http2 = true;
  /// "http://host:port", "socks5h://…"; empty: from the environment if trust_env.
  std::string_view proxy{};
  /// Take the proxy from http_proxy, https_proxy, all_proxy and no_proxy.
  bool trust_env = true;
  /// Keep cookies and send them back, for this session.
  bool cookies = false;
  /// Ask for compressed bodies and decode them.
  bool auto_decompress = true;
  /// How many bytes of a body are kept for a slow reader before the server is made to wait.
  std::size_t read_buffer_bytes = 64 * 1024;
  /// How long an idle connection may be used again.
  duration keep_alive = duration::from_seconds(90);
};

static_assert(std::is_trivially_destructible_v<request_options>);
static_assert(std::is_trivially_destructible_v<session_options>);

}  // namespace overlap::http
