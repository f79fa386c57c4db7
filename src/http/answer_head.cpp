// src/http/answer_head.cpp
//
// See answer_head.hpp.

#include "http/answer_head.hpp"

#include <curl/curl.h>
#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace overlap::http::detail {

namespace {

constexpr char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// Calls visit(name, value) for each field until it returns false.
template <class Visit>
void each_field(std::string_view block, Visit visit) {
  std::size_t at = block.find('\n');
  while (at != std::string_view::npos && at + 1 < block.size()) {
    const std::size_t end = block.find('\n', at + 1);
    const std::string_view line = block.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon != 0 &&
        !visit(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))))
      return;
    at = end;
  }
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                   [](char a, char b) { return lower(a) == lower(b); });
}

bool answer_head::take_line(std::string_view line, bool follows_redirects) {
  if (is_final_) return false;
  if (line.starts_with("HTTP/")) {
    text_.clear();
    status_ = 0;
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos)
      std::from_chars(line.data() + space + 1, line.data() + line.size(), status_);
  }
  if (line != "\r\n" && line != "\n") {
    text_.append(line);
    return false;
  }
  if (status_ < 200) return false;
  if (follows_redirects && is_redirect(status_) && get("location")) return false;
  is_final_ = true;
  return true;
}

std::string_view answer_head::status_line() const noexcept {
  const std::string_view text = text_;
  return trimmed(text.substr(0, text.find('\n')));
}

std::string_view answer_head::reason() const noexcept {
  const std::string_view line = status_line();
  const std::size_t first = line.find(' ');
  if (first == std::string_view::npos) return {};
  const std::size_t second = line.find(' ', first + 1);
  return second == std::string_view::npos ? std::string_view() : trimmed(line.substr(second));
}

std::string_view answer_head::http_version() const noexcept {
  const std::string_view line = status_line();
  if (!line.starts_with("HTTP/")) return {};
  return line.substr(5, line.find(' ') - 5);
}

std::optional<std::string_view> answer_head::get(std::string_view name) const noexcept {
  std::optional<std::string_view> found;
  each_field(text_, [&](std::string_view each, std::string_view value) {
    if (!same_name(each, name)) return true;
    found = value;
    return false;
  });
  return found;
}

header_map answer_head::fields() const {
  header_map map;
  each_field(text_, [&](std::string_view name, std::string_view value) {
    map.add(name, value);
    return true;
  });
  return map;
}

std::string_view media_type_of(std::string_view content_type) noexcept {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  return type.empty() ? "application/octet-stream" : type;
}

std::string_view charset_of(std::string_view content_type) noexcept {
  std::size_t at = content_type.find(';');
  while (at != std::string_view::npos) {
    const std::size_t end = content_type.find(';', at + 1);
    const std::string_view parameter =
        trimmed(content_type.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && same_name(trimmed(parameter.substr(0, equals)), "charset")) {
      std::string_view value = trimmed(parameter.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
    at = end;
  }
  return {};
}

std::optional<duration> retry_after_of(std::string_view retry_after, std::string_view date) {
  const std::string_view value = trimmed(retry_after);
  if (value.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, seconds);
  if (failure == std::errc() && stop == end && seconds >= 0)
    return duration::from_seconds(static_cast<double>(seconds));
  const auto then = ::curl_getdate(std::string(value).c_str(), nullptr);
  const auto now = ::curl_getdate(std::string(date).c_str(), nullptr);
  if (then == -1 || now == -1) return std::nullopt;
  return duration::from_seconds(then > now ? static_cast<double>(then - now) : 0.0);
}

std::string to_utf8(std::string bytes, std::string_view charset) {
  if (charset.empty() || same_name(charset, "utf-8") || same_name(charset, "utf8") ||
      same_name(charset, "us-ascii"))
    return bytes;
  const iconv_t converter = ::iconv_open("UTF-8", std::string(charset).c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return bytes;
  std::string converted;
  char* from = bytes.data();
  std::size_t left = bytes.size();
  bool is_valid = true;
  while (left != 0 && is_valid) {
    char piece[1024];
    char* to = piece;
    std::size_t room = sizeof piece;
    // E2BIG only says that `piece` is full; anything else is a byte that the charset does not have.
    is_valid = ::iconv(converter, &from, &left, &to, &room) != static_cast<std::size_t>(-1) || errno == E2BIG;
    converted.append(piece, sizeof piece - room);
  }
  ::iconv_close(converter);
  return is_valid ? converted : bytes;
}

}  // namespace overlap::http::detail
