// tools/overlap/get_failure.cpp
#include "get_failure.hpp"

#include <cstdio>

#include <overlap/base/exception_cast.hpp>
#include <overlap/http/errors.hpp>

namespace overlap::get {

std::string reason_of(const std::exception_ptr& failure, std::string_view shown_url) {
  const auto* known = exception_cast<std::exception>(failure);
  if (known == nullptr) return std::string(describe_exception(failure).view());
  std::string_view text = known->what();
  const std::string prefix = "GET " + std::string(shown_url) + ": ";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return std::string(text);
}

int status_of(const std::exception_ptr& failure) {
  const auto* refused = exception_cast<http::client_response_error>(failure);
  return refused == nullptr ? 0 : refused->status();
}

std::exception_ptr stalled(duration limit) {
  char text[96];
  std::snprintf(text, sizeof text, "not a single byte came for %g s; --stall-timeout allows more",
                limit.seconds());
  return std::make_exception_ptr(timeout_error(std::string(text)));
}

void require_whole_answer(const http::client_response& response) {
  const int status = response.status();
  if (status >= 200 && status < 300 && status != 206) return;
  std::string text = std::to_string(status);
  if (!response.reason().empty()) text.append(" ").append(response.reason());
  throw error(text + (status == 206 ? ": a part of the file, which was not asked for"
                                    : ": the answer holds no file"));
}

void throw_short_body(std::uint64_t announced, std::uint64_t received, std::string_view url) {
  throw http::client_payload_error(
      true,
      std::to_string(received) + " bytes came instead of the " + std::to_string(announced) + " announced",
      url);
}

}  // namespace overlap::get
