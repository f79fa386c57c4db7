// tests/http/cancel_each_wait_test.cpp
//
// A download is cancelled at its first wait, then at its second, and so on until it comes to its end before
// that. Whatever the wait: no slot is taken, nobody waits in line, no frame and no descriptor is left, and
// the session serves the next request.
//
// The server is a task of the same loop, so that all that happens has one order.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <overlap/base/error.hpp>
#include <overlap/base/hooks.hpp>

#include "asyncio/live_counter.hpp"
#include "http/session_fixture.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/sockets.hpp"

namespace overlap::http {
namespace {

using asyncio::task;
using namespace std::chrono_literals;

constexpr int pieces = 5;
constexpr int waits_max = 1000;  // no download here has as many

/// Counts how often one task has suspended.
struct wait_counter : hooks {
  void step_ends(const task_view& ran) noexcept override {
    if (ran.id == watched) ++waits;
  }
  std::uint64_t watched = 0;
  int waits = 0;
};

/// /small, /slow (a body in pieces with turns of the loop between), /large (100 kB at once), /redirect/N, and
/// /once: on a connection that has been used before it closes without a word.
class loop_server {
 public:
  [[nodiscard]] std::string url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(listener_.port) + std::string(path);
  }
  [[nodiscard]] int closed_without_a_word() const noexcept { return closed_without_a_word_; }

  task<> serve() {
    co_await asyncio::with(asyncio::task_group(), [this](asyncio::task_group& group) -> task<> {
      for (;;) {
        const int fd = co_await asyncio::sock_accept(listener_.descriptor.get());
        group.create_task(talk(platform::file_descriptor(fd)));
      }
    });
  }

 private:
  task<> talk(platform::file_descriptor connection) {
    try {
      for (int served = 0;; ++served) {
        const std::string path = co_await next_path(connection.get());
        if (path.empty()) co_return;
        if (path == "/once" && served != 0) {
          ++closed_without_a_word_;
          co_return;
        }
        co_await answer(connection.get(), path);
      }
    } catch (const os_error&) {
      // The client has gone.
    }
  }

  static task<std::string> next_path(int fd) {
    std::string head;
    char bytes[4096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const std::size_t count = co_await asyncio::sock_recv(fd, bytes);
      if (count == 0) co_return "";
      head.append(bytes, count);
    }
    const std::size_t start = head.find(' ') + 1;
    co_return head.substr(start, head.find(' ', start) - start);
  }

  static task<> answer(int fd, std::string_view path) {
    const auto say = [fd](std::string text) -> task<> { co_await asyncio::sock_sendall(fd, text); };
    if (path.starts_with("/redirect/")) {
      const int left = path.back() - '0';
      const std::string to = left > 1 ? "/redirect/" + std::to_string(left - 1) : "/slow";
      co_await say("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n");
    } else if (path == "/slow") {
      co_await say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(4 * pieces) + "\r\n\r\n");
      for (int piece = 0; piece < pieces; ++piece) {
        for (int turn = 0; turn < 200; ++turn) co_await asyncio::sleep(0ms);
        co_await say("slow");
      }
    } else {
      const std::size_t size = path == "/large" ? 100'000 : 5;
      co_await say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
                   std::string(size, 'x'));
    }
  }

  platform::tcp_listener listener_ = platform::listen_tcp("127.0.0.1", 0);
  int closed_without_a_word_ = 0;
};

/// What a download is given.
struct surroundings {
  loop_server& server;
  client_session& session;
  asyncio::live_counter& frames;
};

using download = std::function<task<>(surroundings&)>;

/// Reads `path` piece by piece and demands a body of `bytes`.
task<> read_in_chunks(surroundings& around, std::string_view path, std::size_t bytes) {
  const auto alive = around.frames.make();
  auto response = co_await around.session.get(around.server.url(path));
  std::size_t count = 0;
  for (;;) {
    const std::string chunk = co_await response.content.read_chunk();
    if (chunk.empty()) break;
    count += chunk.size();
  }
  EXPECT_EQ(count, bytes) << path;
}

class CancelRequestAtEachWait : public ::testing::Test {
 protected:
  void TearDown() override { set_hooks(nullptr); }

  struct totals {
    int stopped = 0;
    int completed = 0;
    int closed_without_a_word = 0;
    std::size_t waiting_max = 0;  // for a slot, at the moment of a cancel
  };

  /// Cancels `victim` at wait 1, 2, 3, … while `beside`, if there is one, runs and must come to its end.
  totals cancel_at_each_wait(const session_options& options, const download& victim,
                             const download& beside = {}) {
    totals sum;
    run_once(options, victim, beside, waits_max, sum);  // libcurl opens what it keeps
    EXPECT_EQ(sum.completed, 1);
    for (int wait = 1; wait < waits_max; ++wait) {
      const int completed_before = sum.completed;
      SCOPED_TRACE("cancelled at wait " + std::to_string(wait));
      const int before = testing::open_descriptors();
      run_once(options, victim, beside, wait, sum);
      EXPECT_EQ(testing::open_descriptors(), before);
      if (sum.completed != completed_before || HasFailure()) break;
    }
    EXPECT_EQ(sum.completed, 2) << "it never came to its end before the cancel";
    return sum;
  }

 private:
  void run_once(const session_options& options, const download& victim, const download& beside, int wait,
                totals& sum) {
    asyncio::live_counter frames;
    wait_counter counter;
    loop_server server;
    set_hooks(&counter);
    const auto in_session = [&](client_session& session) -> task<> {
      surroundings around{server, session, frames};
      co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> task<> {
        auto running = group.create_task([&]() -> task<> { co_await victim(around); });
        if (beside) group.create_task([&]() -> task<> { co_await beside(around); });
        counter.watched = running.id();
        counter.waits = 0;
        while (counter.waits < wait && !running.done()) co_await asyncio::sleep(0ms);
        sum.waiting_max = std::max(sum.waiting_max, session.statistics().requests_waiting);
        running.cancel("at this wait");
        while (!running.done()) co_await asyncio::sleep(0ms);
        ++(running.cancelled() ? sum.stopped : sum.completed);
        EXPECT_TRUE(running.cancelled() || counter.waits <= wait);
        if (!beside) expect_nothing_left(around);
      });
      expect_nothing_left(around);
      auto response = co_await session.get(server.url("/small"));
      EXPECT_EQ(co_await response.read(), "xxxxx");
    };
    asyncio::run([&]() -> task<> {
      co_await asyncio::with(asyncio::task_group(), [&](asyncio::task_group& group) -> task<> {
        group.create_task(server.serve());
        co_await asyncio::with(client_session(options), in_session);
        group.cancel("the test is over");
      });
    }());
    set_hooks(nullptr);
    EXPECT_EQ(frames.alive(), 0);
    EXPECT_GT(frames.made(), 0);
    sum.closed_without_a_word += server.closed_without_a_word();
  }

  static void expect_nothing_left(const surroundings& around) {
    EXPECT_EQ(around.session.statistics().requests_active, 0U);
    EXPECT_EQ(around.session.statistics().requests_waiting, 0U);
    EXPECT_EQ(around.frames.alive(), 0);
  }
};

TEST_F(CancelRequestAtEachWait, SlowBodyInChunks) {
  const totals sum = cancel_at_each_wait(
      {}, [](surroundings& around) { return read_in_chunks(around, "/slow", 4 * pieces); });
  EXPECT_GT(sum.stopped, pieces) << "for the headers, and for each piece";
}

TEST_F(CancelRequestAtEachWait, LargeBodyThatIsPaused) {
  const totals sum = cancel_at_each_wait({.read_buffer_bytes = 1000}, [](surroundings& around) {
    return read_in_chunks(around, "/large", 100'000);
  });
  EXPECT_GT(sum.stopped, 1);
}

TEST_F(CancelRequestAtEachWait, WholeBodyAtOnce) {
  const totals sum = cancel_at_each_wait({}, [](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    auto response = co_await around.session.get(around.server.url("/slow"));
    EXPECT_EQ((co_await response.read()).size(), 4U * pieces);
  });
  EXPECT_EQ(sum.stopped, 2) << "for the headers, and for the body";
}

TEST_F(CancelRequestAtEachWait, Redirects) {
  const totals sum = cancel_at_each_wait(
      {}, [](surroundings& around) { return read_in_chunks(around, "/redirect/3", 4 * pieces); });
  EXPECT_GT(sum.stopped, pieces);
}

TEST_F(CancelRequestAtEachWait, RetryOnANewConnection) {
  const totals sum = cancel_at_each_wait({}, [](surroundings& around) -> task<> {
    const auto alive = around.frames.make();
    co_await read_in_chunks(around, "/small", 5);
    co_await read_in_chunks(around, "/once", 5);
    co_await read_in_chunks(around, "/slow", 4 * pieces);
  });
  EXPECT_GT(sum.closed_without_a_word, 2) << "nothing was ever tried again";
  EXPECT_GT(sum.stopped, pieces + 2);
}

TEST_F(CancelRequestAtEachWait, HolderOfTheOnlySlot) {
  const totals sum = cancel_at_each_wait(
      {.limit = 1}, [](surroundings& around) { return read_in_chunks(around, "/slow", 4 * pieces); },
      [](surroundings& around) { return read_in_chunks(around, "/small", 5); });
  EXPECT_GT(sum.stopped, pieces);
}

// Two wait behind one; the cancelled one is in the middle of the line at first.
TEST_F(CancelRequestAtEachWait, InTheLineForTheOnlySlot) {
  const totals sum = cancel_at_each_wait(
      {.limit = 1},
      [](surroundings& around) -> task<> {
        const auto alive = around.frames.make();
        while (around.session.statistics().requests_waiting == 0) co_await asyncio::sleep(0ms);
        co_await read_in_chunks(around, "/slow", 4 * pieces);
      },
      [](surroundings& around) -> task<> {
        const auto alive = around.frames.make();
        co_await asyncio::gather(read_in_chunks(around, "/slow", 4 * pieces),
                                 read_in_chunks(around, "/small", 5));
      });
  EXPECT_EQ(sum.waiting_max, 2U) << "it never stood in line";
  EXPECT_GT(sum.stopped, pieces);
}

}  // namespace
}  // namespace overlap::http
