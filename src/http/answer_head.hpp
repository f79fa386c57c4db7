// src/http/answer_head.hpp
//
// The header block of an answer as it comes in, line by line, and what is read out of it.
//
// Threads: the thread of the transfer.
//
// Invariants
//   1. Each status line begins a new block: of a redirect's or a 100's block nothing is left.
//   2. When is_final, the block does not change any more: trailers are not part of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <overlap/base/duration.hpp>
#include <overlap/http/header_map.hpp>

namespace overlap::http::detail {

class answer_head {
 public:
  /// Takes one line, its end included. True: it ended the block of the last answer.
  bool take_line(std::string_view line, bool follows_redirects);

  /// The body has begun or everything has ended: whatever is there is the head.
  void finish() noexcept { is_final_ = true; }

  [[nodiscard]] bool is_final() const noexcept { return is_final_; }
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::string_view reason() const noexcept;
  [[nodiscard]] std::string_view http_version() const noexcept;
  /// The first value of `name` without building a map.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] header_map fields() const;

 private:
  [[nodiscard]] std::string_view status_line() const noexcept;

  std::string text_;
  int status_ = 0;
  bool is_final_ = false;
};

/// "text/html; charset=utf-8" in its parts.
[[nodiscard]] std::string_view media_type_of(std::string_view content_type) noexcept;
[[nodiscard]] std::string_view charset_of(std::string_view content_type) noexcept;

/// Retry-After as a span: seconds, or the time from the answer's own date to the one it names, so that our
/// clock need not agree with the server's. Nothing if it is neither.
[[nodiscard]] std::optional<duration> retry_after_of(std::string_view retry_after, std::string_view date);

/// `bytes` in UTF-8; as they are if the charset is unknown or they do not belong to it.
[[nodiscard]] std::string to_utf8(std::string bytes, std::string_view charset);

/// Without regard to the case of ASCII letters.
[[nodiscard]] bool same_name(std::string_view left, std::string_view right) noexcept;

/// Whether a status asks to go elsewhere.
[[nodiscard]] constexpr bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace overlap::http::detail
