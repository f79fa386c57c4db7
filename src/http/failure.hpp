// src/http/failure.hpp
//
// What libcurl's codes mean, as our errors.
//
// Threads: any.
#pragma once

#include <curl/curl.h>

#include <exception>
#include <string>
#include <string_view>

#include <overlap/base/duration.hpp>

#include "http/answer_head.hpp"

namespace overlap::http::detail {

/// What an error's text says about the request.
struct request_name {
  std::string_view method;
  std::string_view url;
};

/// `url` without user name and password.
[[nodiscard]] std::string without_credentials(std::string_view url);

/// "GET http://host/: <what>"
[[nodiscard]] std::string describe(const request_name& request, std::string_view what);

/// The error for a transfer that ended with `code` (not CURLE_OK). `detail` is libcurl's own text.
[[nodiscard]] std::exception_ptr failure_of(CURLcode code, CURL* easy, const char* detail,
                                            const request_name& request, const answer_head& head);

[[nodiscard]] std::exception_ptr deadline_failure(const request_name& request, duration limit,
                                                  const answer_head& head);

/// Throws client_response_error for a status of 400 or more.
void throw_for_status(const request_name& request, const answer_head& head);
void throw_for_status(const request_name& request, int status, std::string_view reason,
                      std::optional<duration> retry_after);

/// `text` of seconds for people: "300 s", "0.25 s".
[[nodiscard]] std::string in_seconds(duration span);

}  // namespace overlap::http::detail
