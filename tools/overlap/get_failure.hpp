// tools/overlap/get_failure.hpp
//
// Why a download failed, in words and numbers.
//
// Threads: functions without state.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <overlap/base/duration.hpp>
#include <overlap/http/client_response.hpp>

namespace overlap::get {

/// The text of `failure`, without the "GET URL: " before it: the URL is named already.
std::string reason_of(const std::exception_ptr& failure, std::string_view shown_url);

/// The status of the answer, if that was what failed; else 0.
int status_of(const std::exception_ptr& failure);

/// No byte came for `limit`: a timeout_error.
std::exception_ptr stalled(duration limit);

/// Throws overlap::error if the answer, though no error, does not hold the whole file: a part that nobody
/// asked for (206), a redirect that leads nowhere (3xx).
void require_whole_answer(const http::client_response& response);

[[noreturn]] void throw_short_body(std::uint64_t announced, std::uint64_t received, std::string_view url);

}  // namespace overlap::get
