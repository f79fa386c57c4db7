// src/http/client_response.cpp
//
// What a response tells of its transfer.

#include <charconv>

#include <overlap/base/assert.hpp>
#include <overlap/http/client_response.hpp>

#include "http/transfer.hpp"

namespace overlap::http {

namespace detail {

namespace {

transfer& checked(transfer* given) {
  OVERLAP_ASSERT(given != nullptr, "this response was moved from: use the one it was moved to");
  return *given;
}

transfer::wait_for in_words(body_awaiter::wish wanted) noexcept {
  return wanted == body_awaiter::wish::all ? transfer::wait_for::all : transfer::wait_for::some;
}

}  // namespace

void drop(transfer* owned) noexcept { delete owned; }

bool body_awaiter::begin(asyncio::detail::frame& awaiting) {
  const auto withdraw_read = [](asyncio::detail::waiter* leaf) {
    static_cast<body_awaiter*>(leaf)->transfer_->stop_waiting();
    return true;
  };
  transfer& from = checked(transfer_);
  if (from.can_serve(in_words(wish_)) && !asyncio::detail::is_cancelled(awaiting)) return false;
  if (begin_wait(*this, awaiting, withdraw_read)) from.wait(*this, in_words(wish_));
  return true;
}

std::string body_awaiter::await_resume() {
  if (wish_ == wish::all) transfer_->throw_failure();
  return transfer_->take(bytes_max_);
}

}  // namespace detail

using detail::checked;

bool body_stream::at_end() const noexcept {
  return transfer_ == nullptr || (transfer_->has_ended() && transfer_->buffered() == 0);
}
std::size_t body_stream::buffered() const noexcept {
  return transfer_ == nullptr ? 0 : transfer_->buffered();
}

int client_response::status() const noexcept { return checked(content.transfer_).head.status(); }
std::string_view client_response::reason() const noexcept { return checked(content.transfer_).head.reason(); }
const header_map& client_response::headers() const { return checked(content.transfer_).headers(); }
std::string_view client_response::method() const noexcept { return checked(content.transfer_).method(); }
std::string_view client_response::url() const { return checked(content.transfer_).url(); }
int client_response::redirect_count() const noexcept { return checked(content.transfer_).redirect_count(); }
duration client_response::elapsed() const noexcept { return checked(content.transfer_).elapsed(); }
std::string_view client_response::http_version() const noexcept {
  return checked(content.transfer_).head.http_version();
}

std::string_view client_response::content_type() const {
  return detail::media_type_of(checked(content.transfer_).head.get("content-type").value_or(""));
}
std::string_view client_response::charset() const {
  return detail::charset_of(checked(content.transfer_).head.get("content-type").value_or(""));
}

std::int64_t client_response::content_length() const {
  const std::string_view text = checked(content.transfer_).head.get("content-length").value_or("");
  std::int64_t bytes = -1;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return failure == std::errc() && stop == text.data() + text.size() && bytes >= 0 ? bytes : -1;
}

std::optional<duration> client_response::retry_after() const {
  const detail::answer_head& head = checked(content.transfer_).head;
  return detail::retry_after_of(head.get("retry-after").value_or(""), head.get("date").value_or(""));
}

const client_response& client_response::raise_for_status() const {
  const detail::transfer& answered = checked(content.transfer_);
  detail::throw_for_status({answered.method(), answered.url()}, answered.head);
  return *this;
}

std::string client_response::text_request::awaiter::await_resume() {
  const std::string_view type = transfer_->head.get("content-type").value_or("");
  return detail::to_utf8(body_awaiter::await_resume(), detail::charset_of(type));
}

}  // namespace overlap::http
