// src/http/easy_handle.hpp
//
// One libcurl handle, prepared for request after request: a fresh one would cost 8 % more.
//
// Threads: one at a time.
//
// Invariants
//   1. libcurl keeps pointers to this object, so it does not move.
//   2. `sink` is not null while libcurl may call back.
#pragma once

#include <curl/curl.h>

#include <string>
#include <string_view>

#include <overlap/http/request_options.hpp>

#include "http/answer_head.hpp"
#include "http/kept_options.hpp"

namespace overlap::http::detail {

/// Makes libcurl ready, once in the process. Throws client_error if it cannot be.
void init_curl();

/// Who receives an answer.
class answer_sink {
 public:
  answer_head head;
  bool follows_redirects = true;

  virtual void head_is_final() = 0;
  /// How much was taken: all, or CURL_WRITEFUNC_PAUSE.
  virtual std::size_t take_body(std::string_view piece) = 0;

 protected:
  ~answer_sink() = default;
};

/// A list of header lines that libcurl reads while it works.
class header_lines {
 public:
  header_lines() noexcept = default;
  header_lines(const header_lines&) = delete;
  header_lines& operator=(const header_lines&) = delete;
  ~header_lines() { clear(); }

  /// Throws invalid_value_error if name or value would break out of the line.
  void add(std::string_view name, std::string_view value);
  void clear() noexcept;
  [[nodiscard]] curl_slist* get() const noexcept { return lines_; }

 private:
  curl_slist* lines_ = nullptr;
};

/// What all handles of a session have in common. Outlives them.
struct session_setup {
  kept_session_options options;
  header_lines headers;      // of options.headers
  CURLSH* shared = nullptr;  // cookies and TLS sessions
  curl_closesocket_callback close_socket = nullptr;
  curl_sockopt_callback socket_opened = nullptr;
  void* socket_argument = nullptr;  // of both

  explicit session_setup(const session_options& given);
  session_setup(const session_setup&) = delete;
  session_setup& operator=(const session_setup&) = delete;
  ~session_setup();
};

class easy_handle {
 public:
  explicit easy_handle(const session_setup& setup);
  easy_handle(const easy_handle&) = delete;
  easy_handle& operator=(const easy_handle&) = delete;
  ~easy_handle();

  /// Gets ready for a request. `options` may be null: nothing special. Nothing of it is needed afterwards.
  void prepare(std::string_view method, const std::string& url, const kept_request_options* options,
               answer_sink& to);
  /// After a request: ready for the next prepare().
  void reset();

  [[nodiscard]] CURL* get() const noexcept { return easy_; }
  [[nodiscard]] const char* error_text() const noexcept { return error_text_; }

  answer_sink* sink = nullptr;

 private:
  void configure();
  void configure_connection();
  void prepare_method(std::string_view method);
  void prepare_body(const kept_request_options& options, bool has_content_type);
  void prepare_options(const kept_request_options& options);
  void prepare_auth(const kept_auth& auth);
  template <class Value>
  void set(CURLoption option, Value value);

  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);

  const session_setup& setup_;
  CURL* easy_;
  header_lines headers_;    // of this request, if it has its own
  std::string body_;        // libcurl only borrows it
  bool may_share_ = false;  // CURLOPT_PIPEWAIT is on
  bool is_plain_ = true;    // nothing of the last request is left but its URL
  char error_text_[CURL_ERROR_SIZE];
};

}  // namespace overlap::http::detail
