// tools/overlap/serve_request.hpp
//
// A request, and how bytes become one: Boost.Beast's parser, which knows no sockets.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

namespace overlap::serve {

/// Why a request gets an error for an answer.
class refusal : public error {
 public:
  refusal(int status, std::string_view text) : error(text), status_(status) {}
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

using named_values = std::vector<std::pair<std::string, std::string>>;

/// A whole request.
struct request {
  std::string method;
  std::string target;                 ///< as sent: "/drip?delay=1"
  std::vector<std::string> segments;  ///< of the path, decoded: "drip"
  named_values query;                 ///< decoded, in the order given
  named_values headers;               ///< in the order given
  std::string body;
  bool keeps_alive = true;  ///< the client wants to send more on this connection

  [[nodiscard]] bool is_head() const noexcept { return method == "HEAD"; }
  /// The first value of a query's name, or null.
  [[nodiscard]] const std::string* find_query(std::string_view name) const noexcept;
};

/// Makes one request of the bytes of a connection.
class request_reader {
 public:
  static constexpr std::size_t header_bytes_max = 16'384;
  static constexpr std::size_t body_bytes_max = 1'048'576;

  request_reader();
  ~request_reader();

  /// Takes what it can use of `bytes` and says how much; the rest has to be given again, with more behind it
  /// or, when is_done(), belongs to the next request. Throws refusal.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] bool is_done() const noexcept;
  /// The client waits for "100 Continue" before it sends the body. True at most once.
  [[nodiscard]] bool takes_continue();
  /// The request; only when is_done().
  [[nodiscard]] request take();

 private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace overlap::serve
