// src/http/kept_options.hpp
//
// The options of sessions and requests with texts of their own. The public ones only borrow.
//
// Threads: value types; no shared state.
#pragma once

#include <optional>
#include <string>

#include <overlap/http/request_options.hpp>

namespace overlap::http::detail {

struct kept_auth {
  std::string user;
  std::string password;

  explicit kept_auth(const basic_auth& given) : user(given.user), password(given.password) {}
};

/// All but the parameters, which are in the URL, and what the transfer itself looks after.
struct kept_request_options {
  header_map headers;
  std::optional<std::string> data;
  std::optional<std::string> json;
  header_map form;
  kept_auth auth;
  std::optional<bool> allow_redirects;
  std::optional<int> max_redirects;

  explicit kept_request_options(const request_options& given)
      : headers(given.headers.owned()),
        data(given.data),
        json(given.json),
        form(given.form.owned()),
        auth(given.auth),
        allow_redirects(given.allow_redirects),
        max_redirects(given.max_redirects) {}
};

struct kept_session_options {
  std::string base_url;
  header_map headers;
  kept_auth auth;
  duration timeout;
  duration connect_timeout;
  std::size_t limit;
  std::size_t limit_per_host;
  int max_redirects;
  bool raise_for_status;
  bool verify;
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  bool http2;
  std::string proxy;
  bool trust_env;
  bool cookies;
  bool auto_decompress;
  std::size_t read_buffer_bytes;
  duration keep_alive;

  explicit kept_session_options(const session_options& given)
      : base_url(given.base_url),
        headers(given.headers.owned()),
        auth(given.auth),
        timeout(given.timeout),
        connect_timeout(given.connect_timeout),
        limit(given.limit),
        limit_per_host(given.limit_per_host),
        max_redirects(given.max_redirects),
        raise_for_status(given.raise_for_status),
        verify(given.verify),
        ca_file(given.ca_file),
        certificate_file(given.certificate_file),
        key_file(given.key_file),
        http2(given.http2),
        proxy(given.proxy),
        trust_env(given.trust_env),
        cookies(given.cookies),
        auto_decompress(given.auto_decompress),
        read_buffer_bytes(given.read_buffer_bytes),
        keep_alive(given.keep_alive) {}
};

}  // namespace overlap::http::detail
