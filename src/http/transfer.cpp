// src/http/transfer.cpp
//
// See transfer.hpp.

#include "http/transfer.hpp"

#include <utility>

#include <overlap/base/assert.hpp>

#include "http/engine.hpp"
#include "http/request_url.hpp"

namespace overlap::http::detail {

namespace {

bool is_plain(const request_options& options) noexcept {
  return options.headers.empty() && !options.data && !options.json && options.form.empty() &&
         options.auth.user.empty() && !options.allow_redirects && !options.max_redirects;
}

}  // namespace

transfer::transfer(engine& of, std::string_view method, std::string_view url, const request_options& options)
    : engine_(of), method_(method), limit_(options.timeout.value_or(of.options().timeout)) {
  raises_for_status_ = options.raise_for_status.value_or(of.options().raise_for_status);
  try {
    url_ = request_url(of.options().base_url, url, options.params.owned());
    if (!is_plain(options)) options_ = std::make_unique<kept_request_options>(options);
  } catch (...) {
    failure_ = std::current_exception();
  }
  of.add_reference();
}

transfer::~transfer() {
  abort();
  engine_.release();
}

void transfer::begin(asyncio::detail::waiter& leaf) {
  waiting_ = &leaf;
  wish_ = wait_for::headers;
  try {
    engine_.bind();
    throw_failure();
    started_ = asyncio::detail::loop_now(engine_.loop());
    arm_deadline();
    stage_ = stage::in_line;
    engine_.begin(*this);
  } catch (...) {
    fail(std::current_exception());
  }
}

void transfer::arm_deadline() {
  if (limit_.is_infinite()) return;
  fired = [](timer* rung) {
    auto* late = static_cast<transfer*>(rung);
    late->fail(deadline_failure(late->name(), late->limit_, late->head));
  };
  asyncio::detail::start_timer(engine_.loop(), *this, started_ + limit_);
}

void transfer::start() {
  stage_ = stage::running;
  try {
    handle_ = engine_.take_handle();
    handle_->prepare(method_, url_, options_.get(), *this);
    engine_.add(*handle_);
  } catch (...) {
    fail(std::current_exception());
  }
}

void transfer::abort() noexcept {
  waiting_ = nullptr;
  wish_ = wait_for::nothing;
  if (stage_ == stage::in_line || stage_ == stage::running) end();
}

void transfer::fail(std::exception_ptr error) {
  failure_ = std::move(error);
  const bool has_begun = stage_ == stage::in_line || stage_ == stage::running;
  if (has_begun) end();
  stage_ = stage::ended;
  wake_if_served();
}

void transfer::done(CURLcode code) {
  if (code == CURLE_OK) {
    if (!head.is_final()) head_is_final();
  } else {
    note_where();
    const request_name last{method_, url()};
    failure_ = failure_of(code, handle_->get(), handle_->error_text(), last, head);
  }
  end();
  wake_if_served();
}

// Over, one way or another: everything it holds goes back.
void transfer::end() noexcept {
  if (handle_ != nullptr) {
    // libcurl does not say that a handle which was paused and taken away forgets it.
    engine_.remove(std::move(handle_), !is_paused_);
  }
  if (timer::is_queued()) asyncio::detail::cancel_timer(engine_.loop(), *this);
  stage_ = stage::ended;
  options_.reset();
  engine_.left(*this);
}

// What the response wants to know and only libcurl knows.
void transfer::note_where() {
  long count = 0;
  ::curl_easy_getinfo(handle_->get(), CURLINFO_REDIRECT_COUNT, &count);
  redirect_count_ = static_cast<int>(count);
  char* where = nullptr;
  if (count != 0) ::curl_easy_getinfo(handle_->get(), CURLINFO_EFFECTIVE_URL, &where);
  if (where != nullptr) final_url_ = where;
}

void transfer::head_is_final() {
  head.finish();
  headers_at_ = asyncio::detail::loop_now(engine_.loop());
  note_where();
  wake_if_served();
}

std::size_t transfer::take_body(std::string_view piece) {
  if (!head.is_final()) head_is_final();
  if (wish_ != wait_for::all && buffered() >= engine_.options().read_buffer_bytes) {
    is_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  body_.append(piece);
  wake_if_served();
  return piece.size();
}

bool transfer::can_serve(wait_for wish) const noexcept {
  if (has_ended()) return true;
  switch (wish) {
    case wait_for::headers:
      return head.is_final();
    case wait_for::some:
      return buffered() != 0;
    case wait_for::nothing:
    case wait_for::all:
      break;
  }
  return false;
}

void transfer::wake_if_served() {
  if (waiting_ == nullptr || !can_serve(wish_)) return;
  wish_ = wait_for::nothing;
  wake(*std::exchange(waiting_, nullptr));
}

void transfer::wait(asyncio::detail::waiter& leaf, wait_for wish) {
  OVERLAP_ASSERT(waiting_ == nullptr, "one task reads a response: let the others have its result");
  waiting_ = &leaf;
  wish_ = wish;
  go_on_receiving();
}

void transfer::stop_waiting() noexcept {
  waiting_ = nullptr;
  wish_ = wait_for::nothing;
}

std::string transfer::take(std::size_t bytes_max) {
  if (buffered() == 0) throw_failure();
  std::string piece;
  if (body_start_ == 0 && bytes_max >= body_.size()) {
    piece.swap(body_);
  } else {
    piece = body_.substr(body_start_, bytes_max);
    body_start_ += piece.size();
    if (body_start_ * 2 >= body_.size()) {
      body_.erase(0, body_start_);
      body_start_ = 0;
    }
  }
  if (buffered() * 2 <= engine_.options().read_buffer_bytes) go_on_receiving();
  return piece;
}

// libcurl hands over what it has kept inside the call.
void transfer::go_on_receiving() {
  if (!is_paused_ || handle_ == nullptr) return;
  is_paused_ = false;
  ::curl_easy_pause(handle_->get(), CURLPAUSE_CONT);
}

const header_map& transfer::headers() {
  if (!fields_) fields_ = head.fields();
  return *fields_;
}

std::string_view transfer::url() const { return final_url_.empty() ? url_ : final_url_; }

int transfer::redirect_count() const noexcept { return redirect_count_; }

}  // namespace overlap::http::detail
