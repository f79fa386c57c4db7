// tests/http/session_fixture.hpp
//
// A server for each test, and a session in a loop of its own: run_session(options, body).
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include <overlap/asyncio.hpp>
#include <overlap/http.hpp>

#include "http/test_server.hpp"

namespace overlap::http::testing {

class SessionTest : public ::testing::Test {
 protected:
  /// `body(session)` as the main task of a loop, with the session's own `with` around it.
  template <class Body>
  void run_session(const session_options& options, Body body) {
    asyncio::run(asyncio::with(client_session(options), std::move(body)));
  }
  template <class Body>
  void run_session(Body body) {
    run_session({}, std::move(body));
  }

  test_server server;
};

/// The message of the Error that awaiting `request` throws, or what else came of it.
template <class Error>
asyncio::task<std::string> failure_of(client_request request) {
  std::string text = "no error";
  try {
    auto response = co_await std::move(request);
    text = "status " + std::to_string(response.status());
  } catch (const Error& error) {
    text = error.what();
  }
  co_return text;
}

}  // namespace overlap::http::testing
