// include/overlap/http/json.hpp
//
// JSON values for requests and answers, by nlohmann-json. Not part of <overlap/http.hpp>, which stays cheap.
//
// Threads: as the response.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <overlap/asyncio/task.hpp>
#include <overlap/http/blocking.hpp>
#include <overlap/http/client_response.hpp>

namespace overlap::http {

/// The body of `response` as a JSON value: `auto value = co_await http::json(response);`. The response must
/// live until then.
///
/// Throws   client_payload_error  if it is no JSON; and what read() throws
/// Python   await response.json()
inline asyncio::task<nlohmann::json> json(client_response& response) {
  const std::string text = co_await response.read();
  try {
    co_return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& cause) {
    throw client_payload_error(false,
                               std::string(response.method()) + " " + std::string(response.url()) +
                                   ": the body is no JSON (" + cause.what() + "); look at text()",
                               response.url());
  }
}

/// The same for a whole answer. Python: requests' response.json().
inline nlohmann::json json(const response& whole) {
  try {
    return nlohmann::json::parse(whole.content);
  } catch (const nlohmann::json::parse_error& cause) {
    throw client_payload_error(
        false,
        whole.method + " " + whole.url + ": the body is no JSON (" + cause.what() + "); look at text()",
        whole.url);
  }
}

/// A value as the text of a request's body: `{.json = http::json_text(value)}`.
inline std::string json_text(const nlohmann::json& value) { return value.dump(); }

}  // namespace overlap::http
