// include/overlap/http/errors.hpp
//
// How a request can fail. Each text names method, URL and cause, and what to try. A deadline that passes is
// overlap::timeout_error, as everywhere.
//
// Threads: exception objects are immutable; copies may travel between threads.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <overlap/base/duration.hpp>
#include <overlap/base/error.hpp>

namespace overlap::http {

/// The base of all errors of a request. Python: aiohttp.ClientError, requests.RequestException.
class client_error : public error {
 public:
  client_error(shared_text message, shared_text url) noexcept
      : error(std::move(message)), url_(std::move(url)) {}

  /// The URL that was being asked, credentials left out.
  [[nodiscard]] std::string_view url() const noexcept { return url_.view(); }
  /// The same request may well succeed a little later: no connection, a cut body, 408, 429, 5xx.
  /// A timeout_error is transient, too.
  [[nodiscard]] virtual bool is_transient() const noexcept { return false; }

 private:
  shared_text url_;
};

/// Which step towards an answer failed.
enum class connection_failure : std::uint8_t {
  resolve,       ///< the host's name has no address (now)
  connect,       ///< nobody accepts the connection
  tls,           ///< no secure connection: certificate or protocol
  proxy,         ///< the proxy cannot be found or refuses
  disconnected,  ///< the connection broke before the answer's headers were whole
};

/// No answer because of the connection. Python: aiohttp.ClientConnectionError.
class client_connection_error : public client_error {
 public:
  client_connection_error(connection_failure failure, int code, shared_text message, shared_text url) noexcept
      : client_error(std::move(message), std::move(url)), failure_(failure), code_(code) {}

  [[nodiscard]] connection_failure failure() const noexcept { return failure_; }
  /// The errno of the failed call (ECONNREFUSED), or 0 where there was none.
  [[nodiscard]] int code() const noexcept { return code_; }
  /// All but TLS, whose certificates do not heal by asking again.
  [[nodiscard]] bool is_transient() const noexcept override { return failure_ != connection_failure::tls; }

 private:
  connection_failure failure_;
  int code_;
};

/// An answer that raise_for_status does not accept. Python: aiohttp.ClientResponseError, requests.HTTPError.
class client_response_error : public client_error {
 public:
  client_response_error(int status, shared_text reason, std::optional<duration> retry_after,
                        shared_text message, shared_text url) noexcept
      : client_error(std::move(message), std::move(url)),
        reason_(std::move(reason)),
        retry_after_(retry_after),
        status_(status) {}

  [[nodiscard]] int status() const noexcept { return status_; }
  /// The server's words for the status: "Not Found".
  [[nodiscard]] std::string_view reason() const noexcept { return reason_.view(); }
  /// How long the server asks to wait before the next try; never negative.
  [[nodiscard]] std::optional<duration> retry_after() const noexcept { return retry_after_; }
  /// 408, 429 and 5xx.
  [[nodiscard]] bool is_transient() const noexcept override;

 private:
  shared_text reason_;
  std::optional<duration> retry_after_;
  int status_;
};

/// More redirects than max_redirects, or a circle of them. Python: aiohttp.TooManyRedirects.
class too_many_redirects : public client_response_error {
 public:
  using client_response_error::client_response_error;
  [[nodiscard]] bool is_transient() const noexcept override { return false; }
};

/// The body ended before it was whole, or could not be decoded. Python: aiohttp.ClientPayloadError.
class client_payload_error : public client_error {
 public:
  client_payload_error(bool is_cut, shared_text message, shared_text url) noexcept
      : client_error(std::move(message), std::move(url)), is_cut_(is_cut) {}

  /// Cut off: yes; cannot be decoded: no.
  [[nodiscard]] bool is_transient() const noexcept override { return is_cut_; }

 private:
  bool is_cut_;
};

/// The URL cannot be read, or is neither http nor https; also where a redirect leads to such a one.
/// Python: aiohttp.InvalidURL.
class invalid_url : public client_error {
 public:
  using client_error::client_error;
};

}  // namespace overlap::http
