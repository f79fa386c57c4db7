// tools/overlap/serve_request.cpp
#include "serve_request.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace overlap::serve {

namespace {

namespace beast = boost::beast;

int digit_of(char hexadecimal) {
  if (hexadecimal >= '0' && hexadecimal <= '9') return hexadecimal - '0';
  if (hexadecimal >= 'a' && hexadecimal <= 'f') return hexadecimal - 'a' + 10;
  if (hexadecimal >= 'A' && hexadecimal <= 'F') return hexadecimal - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text, bool is_query) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] == '%' && index + 2 < text.size() && digit_of(text[index + 1]) >= 0 &&
        digit_of(text[index + 2]) >= 0) {
      result.push_back(static_cast<char>(digit_of(text[index + 1]) * 16 + digit_of(text[index + 2])));
      index += 2;
    } else {
      result.push_back(is_query && text[index] == '+' ? ' ' : text[index]);
    }
  }
  return result;
}

/// The part of `text` up to `separator`; it and the separator are taken off.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

void split_target(request& made) {
  std::string_view query = made.target;
  std::string_view path = take_until(query, '?');
  query = take_until(query, '#');
  if (const std::size_t scheme = path.find("://"); scheme != path.npos) {  // as a proxy gets it
    path.remove_prefix(scheme + 3);
    path.remove_prefix(std::min(path.find('/'), path.size()));
  }
  while (!path.empty()) {
    const std::string_view segment = take_until(path, '/');
    if (!segment.empty()) made.segments.push_back(decoded(segment, false));
  }
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view name = take_until(value, '=');
    made.query.emplace_back(decoded(name, true), decoded(value, true));
  }
}

refusal refusal_for(const beast::error_code& why) {
  using beast::http::error;
  if (why == error::header_limit) return refusal(431, "the request's header is longer than 16 KiB\n");
  if (why == error::body_limit) return refusal(413, "the request's body is longer than 1 MiB\n");
  if (why == error::bad_version) return refusal(505, "this server speaks HTTP/1.1 and HTTP/1.0\n");
  return refusal(400, "this is no HTTP request: " + why.message() + "\n");
}

std::string string_of(beast::string_view text) { return std::string(text.data(), text.size()); }

}  // namespace

const std::string* request::find_query(std::string_view name) const noexcept {
  const auto found =
      std::ranges::find(query, name, [](const auto& each) { return std::string_view(each.first); });
  return found == query.end() ? nullptr : &found->second;
}

struct request_reader::implementation {
  beast::http::request_parser<beast::http::string_body> parser;
  bool continue_taken = false;
};

request_reader::request_reader() : implementation_(std::make_unique<implementation>()) {
  implementation_->parser.eager(true);
  implementation_->parser.header_limit(header_bytes_max);
  implementation_->parser.body_limit(body_bytes_max);
}

request_reader::~request_reader() = default;

std::size_t request_reader::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !is_done()) {
    beast::error_code failure;
    const std::string_view rest = bytes.substr(taken);
    const std::size_t used =
        implementation_->parser.put(boost::asio::const_buffer(rest.data(), rest.size()), failure);
    taken += used;
    if (failure == beast::http::error::need_more) break;
    if (failure) throw refusal_for(failure);
    if (used == 0) break;
  }
  return taken;
}

bool request_reader::is_done() const noexcept { return implementation_->parser.is_done(); }

bool request_reader::takes_continue() {
  if (implementation_->continue_taken || !implementation_->parser.is_header_done()) return false;
  implementation_->continue_taken = true;
  return beast::iequals(implementation_->parser.get()[beast::http::field::expect], "100-continue");
}

request request_reader::take() {
  auto message = implementation_->parser.release();
  request made;
  made.method = string_of(message.method_string());
  made.target = string_of(message.target());
  made.keeps_alive = message.keep_alive();
  for (const auto& field : message)
    made.headers.emplace_back(string_of(field.name_string()), string_of(field.value()));
  made.body = std::move(message.body());
  split_target(made);
  return made;
}

}  // namespace overlap::serve
