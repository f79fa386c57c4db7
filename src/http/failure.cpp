// src/http/failure.cpp
//
// See failure.hpp.

#include "http/failure.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include <overlap/http/errors.hpp>

namespace overlap::http {

namespace detail {

namespace {

std::string errno_words(int code) {
  const char* description = ::strerrordesc_np(code);
  const char* name = ::strerrorname_np(code);
  std::string text(description != nullptr ? description : "unknown error");
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text + " (" + (name != nullptr ? std::string(name) : std::to_string(code)) + ")";
}

std::string_view connect_advice(int code) noexcept {
  switch (code) {
    case ECONNREFUSED:
      return "is the server running?";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "is there a network to that address?";
    case EMFILE:
    case ENFILE:
      return "too many descriptors are open: lower the session's limit or raise `ulimit -n`";
    case EADDRNOTAVAIL:
      return "no local port is free: keep connections, or open fewer at once";
    default:
      return "check host and port";
  }
}

struct failure {
  CURLcode code;
  std::string_view said;  // by libcurl
  int os_code;
  const request_name& request;
  const answer_head& head;

  [[nodiscard]] std::string text(std::string_view what, std::string_view advice = {}) const {
    std::string whole = describe(request, what);
    if (!said.empty()) whole.append(" (").append(said).append(")");
    if (!advice.empty()) whole.append("; ").append(advice);
    return whole;
  }
  [[nodiscard]] std::exception_ptr connection(connection_failure step, std::string message) const {
    return std::make_exception_ptr(
        client_connection_error(step, os_code, message, without_credentials(request.url)));
  }
  [[nodiscard]] std::exception_ptr connect() const {
    if (os_code == 0)
      return connection(connection_failure::connect,
                        text("cannot connect", "is the server running, and the port right?"));
    return connection(connection_failure::connect,
                      describe(request, errno_words(os_code)) + "; " + std::string(connect_advice(os_code)));
  }
  [[nodiscard]] std::exception_ptr payload(bool is_cut) const {
    const std::string message =
        is_cut ? text("the body was cut off", "the connection ended too early: ask again")
               : text("the body cannot be decoded", "ask without auto_decompress to look at the raw bytes");
    return std::make_exception_ptr(client_payload_error(is_cut, message, without_credentials(request.url)));
  }
  [[nodiscard]] std::exception_ptr broken() const {
    if (head.is_final()) return payload(true);
    return connection(connection_failure::disconnected,
                      text("the server closed the connection before it answered", "ask again"));
  }
  [[nodiscard]] std::exception_ptr url(std::string_view what, std::string_view advice) const {
    return std::make_exception_ptr(invalid_url(text(what, advice), without_credentials(request.url)));
  }
};

std::exception_ptr tls_failure(const failure& what) {
  if (what.code == CURLE_PEER_FAILED_VERIFICATION)
    return what.connection(connection_failure::tls,
                           what.text("the server's certificate is not trusted",
                                     "for a private authority give its certificate as ca_file"));
  if (what.code == CURLE_SSL_CACERT_BADFILE || what.code == CURLE_SSL_CERTPROBLEM)
    return what.connection(connection_failure::tls, what.text("a certificate file cannot be used",
                                                              "check ca_file, certificate_file, key_file"));
  return what.connection(connection_failure::tls,
                         what.text("no secure connection", "does the server speak TLS on this port?"));
}

std::exception_ptr redirect_failure(const failure& what) {
  return std::make_exception_ptr(too_many_redirects(
      what.head.status(), what.head.reason(), std::nullopt,
      what.text("too many redirects", "do they go round in a circle? else raise max_redirects"),
      without_credentials(what.request.url)));
}

std::exception_ptr protocol_failure(const failure& what) {
  // libcurl gives this code, too, when the peer does not speak HTTP at all.
  if (what.said.find("HTTP/0.9") != std::string_view::npos)
    return what.connection(connection_failure::disconnected,
                           what.text("the answer is no HTTP", "is this the right port?"));
  if (what.head.status() != 0)
    return what.url("a redirect leads to a scheme other than http and https", "it is not followed");
  return what.url("neither http nor https", "write http://… or https://…");
}

}  // namespace

std::string without_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", start), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < start) return std::string(url);
  return std::string(url.substr(0, start)).append(url.substr(at + 1));
}

std::string describe(const request_name& request, std::string_view what) {
  return std::string(request.method)
      .append(" ")
      .append(without_credentials(request.url))
      .append(": ")
      .append(what);
}

std::string in_seconds(duration span) {
  char text[32];
  std::snprintf(text, sizeof text, "%g s", span.seconds());
  return text;
}

std::exception_ptr failure_of(CURLcode code, CURL* easy, const char* detail, const request_name& request,
                              const answer_head& head) {
  long os_code = 0;
  ::curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_code);
  const failure what{.code = code,
                     .said = *detail != '\0' ? detail : ::curl_easy_strerror(code),
                     .os_code = static_cast<int>(os_code),
                     .request = request,
                     .head = head};
  switch (code) {
    case CURLE_OUT_OF_MEMORY:
      return std::make_exception_ptr(std::bad_alloc());
    case CURLE_COULDNT_RESOLVE_HOST:
      return what.connection(connection_failure::resolve,
                             what.text("the host's name cannot be resolved", "check its spelling and DNS"));
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return what.connection(connection_failure::proxy,
                             what.text("the proxy does not work", "check `proxy` or the environment"));
    case CURLE_COULDNT_CONNECT:
      return what.connect();
    case CURLE_OPERATION_TIMEDOUT:
      return std::make_exception_ptr(
          timeout_error(what.text("timed out", "raise timeout or connect_timeout, or look at the server")));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED:
      return tls_failure(what);
    case CURLE_PARTIAL_FILE:
      return what.payload(true);
    case CURLE_BAD_CONTENT_ENCODING:
      return what.payload(false);
    case CURLE_TOO_MANY_REDIRECTS:
      return redirect_failure(what);
    case CURLE_UNSUPPORTED_PROTOCOL:
      return protocol_failure(what);
    case CURLE_URL_MALFORMAT:
      return what.url("the URL cannot be read", "write http://host/path");
    default:
      return what.broken();
  }
}

std::exception_ptr deadline_failure(const request_name& request, duration limit, const answer_head& head) {
  const std::string_view missing = head.is_final() ? "the body was not whole" : "no answer";
  return std::make_exception_ptr(
      timeout_error(describe(request, std::string(missing) + " within " + in_seconds(limit) +
                                          " (the total deadline); raise timeout, or look at the server")));
}

void throw_for_status(const request_name& request, int status, std::string_view reason,
                      std::optional<duration> retry_after) {
  if (status < 400) return;
  std::string what = "status " + std::to_string(status);
  if (!reason.empty()) what.append(" ").append(reason);
  if (retry_after) what.append("; the server asks to wait ").append(in_seconds(*retry_after));
  throw client_response_error(status, reason, retry_after, describe(request, what),
                              without_credentials(request.url));
}

void throw_for_status(const request_name& request, const answer_head& head) {
  if (head.status() < 400) return;
  throw_for_status(request, head.status(), head.reason(),
                   retry_after_of(head.get("retry-after").value_or(""), head.get("date").value_or("")));
}

}  // namespace detail

bool client_response_error::is_transient() const noexcept {
  return status_ == 408 || status_ == 429 || status_ >= 500;
}

}  // namespace overlap::http
