// tests/http/cancel_test.cpp
//
// A request that is stopped, at whatever point, leaves nothing: no slot, no descriptor, no connection.

#include <chrono>
#include <optional>

#include <overlap/base/exception_group.hpp>

#include "http/session_fixture.hpp"

namespace overlap::http {
namespace {

using namespace std::chrono_literals;

class CancelledRequest : public testing::SessionTest {
 protected:
  /// Asks for `path` and stops it after `turns` turns of the loop.
  asyncio::task<> ask_and_cancel(client_session& session, const std::string& path, int turns) {
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      auto asking = group.create_task([&]() -> asyncio::task<> {
        auto response = co_await session.get(server.url(path));
        static_cast<void>(co_await response.read());
      });
      for (int turn = 0; turn < turns; ++turn) co_await asyncio::sleep(0ms);
      asking.cancel("enough");
    });
  }
};

TEST_F(CancelledRequest, AThousandLeaveOneSlotFree) {
  run_session({.limit = 1}, [&](client_session& session) -> asyncio::task<> {
    for (int count = 0; count < 1000; ++count) {
      co_await ask_and_cancel(session, "/never", count % 7);
      EXPECT_EQ(session.statistics().requests_active, 0U);
      EXPECT_EQ(session.statistics().requests_waiting, 0U);
    }
    auto response = co_await session.get(server.url("/bytes/3"));
    EXPECT_EQ(co_await response.read(), "abc");
  });
}

TEST_F(CancelledRequest, LeavesNothingAtAnyPoint) {
  const int before = testing::open_descriptors();
  run_session({.limit = 2}, [&](client_session& session) -> asyncio::task<> {
    for (const char* path : {"/echo", "/bytes/2000000", "/redirect/3", "/head-only", "/cut/100000"})
      for (int turns = 0; turns < 60; ++turns) {
        bool is_cut = false;
        try {
          co_await ask_and_cancel(session, path, turns);
        } catch (const exception_group&) {
          is_cut = true;
        }
        EXPECT_TRUE(!is_cut || std::string(path).starts_with("/cut"));
        EXPECT_EQ(session.statistics().requests_active, 0U) << path << " after " << turns;
      }
    auto response = co_await session.get(server.url("/bytes/3"));
    EXPECT_EQ(co_await response.read(), "abc");
  });
  server.wait_until_empty();
  EXPECT_EQ(testing::open_descriptors(), before);
}

TEST_F(CancelledRequest, InLineLeavesTheLine) {
  run_session({.limit = 1}, [&](client_session& session) -> asyncio::task<> {
    std::optional<client_response> holder = co_await session.get(server.url("/head-only"));
    co_await ask_and_cancel(session, "/echo", 3);
    co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
      auto cancelled = group.create_task(
          [&]() -> asyncio::task<> { static_cast<void>(co_await session.get(server.url("/echo"))); });
      auto served = group.create_task([&]() -> asyncio::task<int> {
        co_return (co_await session.get(server.url("/status/200"))).status();
      });
      co_await asyncio::sleep(0ms);
      EXPECT_EQ(session.statistics().requests_waiting, 2U);
      cancelled.cancel();
      co_await asyncio::sleep(0ms);
      EXPECT_EQ(session.statistics().requests_waiting, 1U);
      holder.reset();
      EXPECT_EQ(co_await served, 200);
    });
  });
}

TEST_F(CancelledRequest, TimeoutScopeStopsADownload) {
  run_session([&](client_session& session) -> asyncio::task<> {
    bool is_late = false;
    try {
      co_await asyncio::with(asyncio::timeout(5ms), [&]() -> asyncio::task<> {
        static_cast<void>(co_await session.get(server.url("/never")));
      });
    } catch (const timeout_error&) {
      is_late = true;
    }
    EXPECT_TRUE(is_late);
    EXPECT_EQ(session.statistics().requests_active, 0U);
  });
}

TEST_F(CancelledRequest, WhileItsNameIsResolvedDoesNotBlock) {
  run_session([&](client_session& session) -> asyncio::task<> {
    co_await asyncio::with(asyncio::cancel_scope(), [&](asyncio::cancel_scope& scope) -> asyncio::task<> {
      co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> asyncio::task<> {
        group.create_task([&]() -> asyncio::task<> {
          static_cast<void>(co_await session.get("http://no-such-host.invalid/"));
        });
        co_await asyncio::sleep(0ms);
        co_await asyncio::sleep(0ms);
        scope.cancel();
      });
    });
    EXPECT_EQ(session.statistics().requests_active, 0U);
  });
}

TEST_F(CancelledRequest, RequestThatIsNeverAwaitedNeverBegins) {
  run_session([&](client_session& session) -> asyncio::task<> {
    {
      const client_request forgotten = session.get(server.url("/echo"));
    }
    EXPECT_EQ(session.statistics().requests_active, 0U);
    co_return;
  });
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(CancelledRequest, EndOfTheLoopEndsWhatStillRuns) {
  const int before = testing::open_descriptors();
  const auto leave_running = [&]() -> asyncio::task<> {
    asyncio::create_task([&]() -> asyncio::task<> {
      client_session session;
      static_cast<void>(co_await session.get(server.url("/never")));
    });
    while (server.requests() == 0) co_await asyncio::sleep(0ms);
  };
  asyncio::run(leave_running());
  server.wait_until_empty();
  // Less: a name that another test gave up on may have been resolved meanwhile, in libcurl's thread.
  EXPECT_LE(testing::open_descriptors(), before);
}

}  // namespace
}  // namespace overlap::http
