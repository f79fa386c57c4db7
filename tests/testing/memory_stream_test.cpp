// tests/testing/memory_stream_test.cpp
//
// Memory streams: what goes in comes out, how they fill, close and are cancelled, in every order.

#include <cerrno>
#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::lockstep_stream_one_way_pair;
using testing::lockstep_stream_pair;
using testing::memory_receive_stream;
using testing::memory_send_stream;
using testing::memory_stream_one_way_pair;
using testing::memory_stream_pair;

OVERLAP_LOOP_SUITE(MemoryStream);

// The errno of what awaiting `given` throws; 0: nothing.
template <class Awaitable>
task<int> code_of(Awaitable given) {
  int code = 0;
  try {
    static_cast<void>(co_await std::move(given));
  } catch (const os_error& error) {
    code = error.code();
  }
  co_return code;
}

task<std::string> receive_all(memory_receive_stream& from, std::size_t most = 65'536) {
  std::string all;
  for (;;) {
    const std::string piece = co_await from.receive_some(most);
    if (piece.empty()) break;
    all.append(piece);
  }
  co_return all;
}

TEST_P(MemoryStream, GivesWhatWasSentInPiecesOfAnySize) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair();
    co_await out.send_all("hello ");
    co_await out.send_all("world");
    EXPECT_EQ(co_await in.receive_some(3), "hel");
    EXPECT_EQ(co_await in.receive_some(), "lo world");
    out.close();
    EXPECT_EQ(co_await in.receive_some(), "");
    EXPECT_EQ(co_await in.receive_some(), "") << "the end stays";
  });
}

TEST_P(MemoryStream, AReceiverWaitsForBytesAndGetsNoMoreThanItWants) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair();
    const auto receives = [&]() -> task<> {
      note(co_await in.receive_some(2));
      note(co_await in.receive_some(2));
    };
    const auto sends = [&]() -> task<> {
      co_await wait_all_tasks_blocked();
      co_await out.send_all("abc");
      note("sent");
    };
    co_await gather(receives(), sends());
  });
  EXPECT_THAT(log(), ElementsAre("sent", "ab", "c"));
}

TEST_P(MemoryStream, AFullBufferHoldsTheSenderBack) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair(4);
    co_await out.send_all("abcd");
    co_await with(task_group(), [&, &from = in, &to = out](task_group& group) -> task<> {
      auto sending = group.create_task([&]() -> task<> { co_await to.send_all("efghij"); });
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(sending.done());
      EXPECT_EQ(co_await from.receive_some(1), "a");
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(sending.done()) << "bytes are left over";
      EXPECT_EQ(co_await from.receive_some(7), "bcdefgh");
      co_await sending;
      EXPECT_EQ(co_await from.receive_some(), "ij");
    });
  });
}

TEST_P(MemoryStream, LockstepMeansThatAllWasReceived) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = lockstep_stream_one_way_pair();
    const auto sends = [&to = out, this]() -> task<> {
      co_await to.send_all("abc");
      note("sent");
    };
    const auto receives = [&from = in, this]() -> task<> {
      co_await wait_all_tasks_blocked();
      note(co_await from.receive_some(2));
      co_await wait_all_tasks_blocked();
      note(co_await from.receive_some(2));
      co_await wait_all_tasks_blocked();
      note("end");
    };
    co_await gather(sends(), receives());
  });
  EXPECT_THAT(log(), ElementsAre("ab", "c", "sent", "end"));
}

TEST_P(MemoryStream, BothDirectionsAreIndependentAndCloseByThemselves) {
  run_on_loop([&]() -> task<> {
    auto [client, server] = memory_stream_pair();
    co_await client.send_all("question");
    client.send_eof();
    EXPECT_EQ(co_await server.receive_some(), "question");
    EXPECT_EQ(co_await server.receive_some(), "");
    co_await server.send_all("answer");
    EXPECT_EQ(co_await client.receive_some(), "answer");
    EXPECT_EQ(co_await code_of(client.send_all("more")), EBADF);
    server.close();
    EXPECT_EQ(co_await client.receive_some(), "");
  });
}

TEST_P(MemoryStream, ErrorsAreThoseOfASocket) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair();
    co_await out.send_all("lost");
    in.close();
    in.close();
    EXPECT_EQ(co_await code_of(out.send_all("x")), EPIPE);
    EXPECT_EQ(co_await code_of(in.receive_some()), EBADF);
    out.close();
    EXPECT_EQ(co_await code_of(out.send_all("x")), EBADF);
    EXPECT_THROW(co_await in.receive_some(0), invalid_value_error);
    const memory_send_stream elsewhere(std::move(out));
    EXPECT_EQ(co_await code_of(out.send_all("x")), EBADF) << "it was moved away";
  });
}

TEST_P(MemoryStream, ClosingEndsTheWaitsOfOtherTasks) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = lockstep_stream_one_way_pair();
    auto [other_out, other_in] = lockstep_stream_one_way_pair();
    const auto closes = [&a = in, &b = other_in]() -> task<> {
      co_await wait_all_tasks_blocked();
      a.close();
      b.close();
    };
    const auto codes =
        co_await gather(code_of(out.send_all("x")), code_of(other_in.receive_some()), closes());
    EXPECT_EQ(std::get<0>(codes), EPIPE);
    EXPECT_EQ(std::get<1>(codes), EBADF);
  });
}

TEST_P(MemoryStream, ADestroyedEndIsAClosedOne) {
  run_on_loop([&]() -> task<> {
    auto pair = memory_stream_one_way_pair();
    const auto destroys = [&]() -> task<> {
      co_await wait_all_tasks_blocked();
      const memory_send_stream ended(std::move(pair.first));
    };
    const auto results = co_await gather(receive_all(pair.second), destroys());
    EXPECT_EQ(std::get<0>(results), "");
  });
}

TEST_P(MemoryStream, OneTaskSendsAndOneReceives) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = lockstep_stream_one_way_pair();
    co_await with(task_group(), [&from = in](task_group& group) -> task<> {
      auto receiving =
          group.create_task([&]() -> task<> { static_cast<void>(co_await from.receive_some()); });
      co_await wait_all_tasks_blocked();
      EXPECT_THROW(static_cast<void>(co_await from.receive_some()), invalid_state_error);
      receiving.cancel();
    });
    co_await with(task_group(), [&to = out](task_group& group) -> task<> {
      auto sending = group.create_task([&]() -> task<> { co_await to.send_all("x"); });
      co_await wait_all_tasks_blocked();
      EXPECT_THROW(co_await to.send_all("y"), invalid_state_error);
      sending.cancel();
    });
  });
}

TEST_P(MemoryStream, ACancelledReceiverLosesNothing) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair();
    co_await with(task_group(), [&to = out, &from = in](task_group& group) -> task<> {
      auto receiving =
          group.create_task([&]() -> task<std::string> { co_return co_await from.receive_some(); });
      co_await wait_all_tasks_blocked();
      // Sent and cancelled in the same turn: completion wins.
      co_await to.send_all("first");
      receiving.cancel();
      EXPECT_EQ(co_await receiving, "first");

      auto stopped =
          group.create_task([&]() -> task<std::string> { co_return co_await from.receive_some(); });
      co_await wait_all_tasks_blocked();
      stopped.cancel();
      co_await wait_all_tasks_blocked();
      EXPECT_TRUE(stopped.cancelled());
      co_await to.send_all("second");
      EXPECT_EQ(co_await from.receive_some(), "second");
    });
  });
}

TEST_P(MemoryStream, ACancelledSenderHasSentAPrefix) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair(3);
    co_await with(task_group(), [&to = out, &from = in](task_group& group) -> task<> {
      auto sending = group.create_task([&]() -> task<> { co_await to.send_all("abcdef"); });
      co_await wait_all_tasks_blocked();
      sending.cancel();
      co_await wait_all_tasks_blocked();
      EXPECT_TRUE(sending.cancelled());
      co_await to.send_all("");
      EXPECT_EQ(co_await from.receive_some(), "abc");
      to.close();
      EXPECT_EQ(co_await from.receive_some(), "");
    });
  });
}

TEST_P(MemoryStream, NothingBeginsInACancelledScope) {
  run_on_loop([&]() -> task<> {
    auto [out, in] = memory_stream_one_way_pair();
    co_await with(cancel_scope(), [&to = out](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await to.send_all("never");
      ADD_FAILURE() << "it was sent";
    });
    out.close();
    EXPECT_EQ(co_await in.receive_some(), "");
  });
}

// A sender that may be cancelled, a receiver that gives up and tries again, and a third who closes: whatever
// the order, what comes out is the beginning of what went in.
TEST(MemoryStreamInEveryOrder, ASenderAReceiverAndACancellation) {
  for (const std::size_t capacity : {0U, 2U, 100U}) {
    const testing::exploration_report report =
        testing::explore({.by = testing::strategy::exhaustive, .schedules = 100'000}, [capacity]() -> task<> {
          auto [out, in] = memory_stream_one_way_pair(capacity);
          std::string received;
          bool was_sent = false;
          co_await with(task_group(), [&, &to = out, &from = in](task_group& group) -> task<> {
            auto sending = group.create_task([&]() -> task<> {
              co_await to.send_all("abcd");
              was_sent = true;
            });
            auto impatient = group.create_task([&]() -> task<> {
              for (;;) received.append(co_await from.receive_some(3));
            });
            co_await sleep(0s);
            impatient.cancel();
            co_await sleep(0s);
            sending.cancel();
          });
          out.close();
          received.append(co_await receive_all(in));
          if (!std::string_view("abcd").starts_with(received))
            throw std::logic_error("out of order: " + received);
          if (was_sent && received != "abcd") throw std::logic_error("lost after " + received);
        });
    EXPECT_TRUE(report.complete);
    ::testing::Test::RecordProperty("schedules", std::to_string(report.schedules));
  }
}

}  // namespace
}  // namespace overlap::asyncio
