// include/overlap/http/blocking.hpp
//
// The same without an event loop: each call blocks its thread until the whole answer is there.
//
// Threads: any, at once; a response is a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <overlap/base/duration.hpp>
#include <overlap/http/errors.hpp>
#include <overlap/http/header_map.hpp>
#include <overlap/http/request_options.hpp>

namespace overlap::http {

/// A whole answer.
///
/// Python   requests.Response
struct response {
  int status_code = 0;
  std::string reason;
  header_map headers;
  /// The body, as it came (decompressed).
  std::string content;
  /// Where the answer came from, after redirects.
  std::string url;
  std::string method;
  int redirect_count = 0;
  duration elapsed;

  /// The status is below 400.
  [[nodiscard]] bool ok() const noexcept { return status_code < 400; }
  /// The body as UTF-8, converted from the charset of Content-Type.
  [[nodiscard]] std::string text() const;
  /// Throws client_response_error if the status is 400 or more.
  const response& raise_for_status() const;
};

/// Asks for `url` and waits for the whole answer: `http::get(url, {.timeout = 10s})`.
///
/// Throws   invalid_url, client_connection_error, client_payload_error, too_many_redirects,
///          overlap::timeout_error; client_response_error with raise_for_status. Without a timeout in
///          `options` the deadline is 300 s (requests has none).
/// Threads  any. In a task it would block the whole loop: use client_session there, or to_thread
/// Python   requests.get
response get(std::string_view url, const request_options& options = no_request_options);
response post(std::string_view url, const request_options& options = no_request_options);
response put(std::string_view url, const request_options& options = no_request_options);
response patch(std::string_view url, const request_options& options = no_request_options);
/// DELETE; the plain word is C++'s own.
response delete_(std::string_view url, const request_options& options = no_request_options);
response head(std::string_view url, const request_options& options = no_request_options);
response options(std::string_view url, const request_options& options = no_request_options);

/// Any method, in capital letters. `session` gives certificates, proxy, default headers and the like.
response request(std::string_view method, std::string_view url,
                 const request_options& options = no_request_options, const session_options& session = {});

}  // namespace overlap::http
