// tests/testing/faults_test.cpp
//
// Faults between a program and its sockets, by script and by chance, on epoll and on io_uring.

#include <overlap/testing/faults.hpp>

#include <fcntl.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "asyncio/socket_fixture.hpp"
#include "testing/environment_variable.hpp"

namespace overlap::asyncio {

using ::testing::AllOf;
using testing::exploration_options;
using testing::exploration_report;
using testing::fault;
using testing::fault_options;
using ::testing::HasSubstr;
using testing::io_operation_kind;
using testing::scripted_fault;
using testing::simulation_options;

class Faults : public SocketTest {
 protected:
  template <class Main>
  void run_with(const fault_options& faults, Main&& main, std::uint64_t seed = 0) {
    testing::simulate(
        {.seed = seed, .in_order = seed == 0, .on = GetParam(), .patience = duration(), .faults = faults},
        main);
  }
  static std::string faults_text() { return std::string(testing::last_simulation().faults_text.view()); }

 private:
  testing::environment_variable no_seed_{"OVERLAP_SEED", nullptr};
  testing::environment_variable no_replay_{"OVERLAP_REPLAY", nullptr};
};
INSTANTIATE_TEST_SUITE_P(on, Faults, ::testing::Values(testing::backend::epoll, testing::backend::io_uring),
                         backend_name);

// The errno with which the task fails; 0: it does not.
task<int> error_of(task<> work) {
  int code = 0;
  try {
    co_await std::move(work);
  } catch (const os_error& error) {
    code = error.code();
  }
  co_return code;
}

TEST_P(Faults, TheThirdSendFailsAndTheConnectionIsGone) {
  // [script]
  const scripted_fault script[] = {
      {.what = fault::connection_reset, .on = io_operation_kind::send, .number = 3}};
  auto [left, right] = make_socket_pair();

  run_with({.script = script}, [&]() -> task<> {
    co_await sock_sendall(left.get(), "one");
    co_await sock_sendall(left.get(), "two");
    EXPECT_EQ(co_await error_of(sock_sendall(left.get(), "three")), ECONNRESET);
    EXPECT_EQ(co_await error_of(sock_sendall(left.get(), "four")), EPIPE);
    EXPECT_EQ(co_await recv_exactly(right.get(), 6), "onetwo");
    std::array<char, 8> buffer{};
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 0U);
  });
  // [script]

  EXPECT_EQ(testing::last_simulation().faults, 1U);
  EXPECT_THAT(faults_text(), AllOf(HasSubstr("operation 3, send of descriptor"), HasSubstr("ECONNRESET")));
}

TEST_P(Faults, AScriptMayNameADescriptorAndAnyError) {
  auto [left, right] = make_socket_pair();
  const scripted_fault script[] = {
      {.what = fault::failure, .on = io_operation_kind::any, .number = 2, .fd = right.get(), .error = EIO},
      {.what = fault::no_buffers, .on = io_operation_kind::send, .number = 2}};

  run_with({.script = script}, [&]() -> task<> {
    co_await sock_sendall(left.get(), "a");
    EXPECT_EQ(co_await recv_exactly(right.get(), 1), "a");
    EXPECT_EQ(co_await error_of(sock_sendall(left.get(), "b")), ENOBUFS);
    co_await sock_sendall(left.get(), "c");
    std::array<char, 8> buffer{};
    const auto receive = [&]() -> task<> { static_cast<void>(co_await sock_recv(right.get(), buffer)); };
    EXPECT_EQ(co_await error_of(receive()), EIO);
    EXPECT_EQ(co_await recv_exactly(right.get(), 1), "c") << "what fails has not been done";
  });
}

TEST_P(Faults, AFullDiskIsAnErrorOfTheWrite) {
  const file_descriptor file(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const scripted_fault script[] = {{.what = fault::no_space, .on = io_operation_kind::write}};
  run_with({.script = script}, [&]() -> task<> {
    const auto write = [&]() -> task<> {
      char byte = 'x';
      static_cast<void>(co_await detail::typed_io_request<std::size_t>{
          {overlap::detail::io_kind::write, file.get(), &byte, 1, 0, "write to file"}});
    };
    EXPECT_EQ(co_await error_of(write()), ENOSPC);
    co_await write();
  });
}

TEST_P(Faults, AShortTransferLeavesTheRest) {
  const scripted_fault script[] = {
      {.what = fault::short_transfer, .on = io_operation_kind::send, .bytes = 3},
      {.what = fault::short_transfer, .on = io_operation_kind::receive, .number = 1, .bytes = 2}};
  auto [left, right] = make_socket_pair();
  run_with({.script = script}, [&]() -> task<> {
    EXPECT_EQ(co_await sock_send(left.get(), "abcdef"), 3U);
    EXPECT_EQ(co_await sock_send(left.get(), "def"), 3U);
    std::array<char, 8> buffer{};
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 2U);
    EXPECT_EQ(co_await sock_recv(right.get(), buffer), 4U);
    EXPECT_EQ(std::string(buffer.data(), 4), "cdef");
  });
}

TEST_P(Faults, WhatIsInterruptedIsBegunAgain) {
  const scripted_fault script[] = {
      {.what = fault::interruption, .on = io_operation_kind::receive, .number = 1},
      {.what = fault::interruption, .on = io_operation_kind::receive, .number = 2}};
  auto [left, right] = make_socket_pair();
  run_with({.script = script}, [&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto received = group.create_task(recv_exactly(right.get(), 2));
      co_await wait_all_tasks_blocked();
      co_await sock_sendall(left.get(), "a");
      co_await wait_all_tasks_blocked();
      EXPECT_FALSE(received.done());
      co_await sock_sendall(left.get(), "b");
      EXPECT_EQ(co_await received, "ab");
    });
  });
  EXPECT_EQ(testing::last_simulation().faults, 2U);
}

TEST_P(Faults, AnInterruptedOperationCanBeCancelled) {
  const scripted_fault script[] = {{.what = fault::interruption, .on = io_operation_kind::receive}};
  auto [left, right] = make_socket_pair();
  run_with({.script = script}, [&]() -> task<> {
    co_await with(task_group(), [&](task_group& group) -> task<> {
      auto received = group.create_task(recv_exactly(right.get(), 1));
      co_await sleep(0s);
      received.cancel();
      co_await wait_all_tasks_blocked();
      EXPECT_TRUE(received.cancelled());
    });
  });
}

TEST_P(Faults, ADelayIsOneInVirtualTime) {
  const scripted_fault script[] = {{.what = fault::delay, .on = io_operation_kind::receive, .delay = 5s},
                                   {.what = fault::delay, .on = io_operation_kind::send, .delay = 7s}};
  auto [left, right] = make_socket_pair();
  run_with({.script = script}, [&]() -> task<> {
    const auto receive = [&]() -> task<> {
      EXPECT_EQ(co_await recv_exactly(right.get(), 1), "x");
      EXPECT_EQ(testing::now().since_start(), duration(5s));
    };
    const auto send = [&]() -> task<> {
      co_await sock_sendall(left.get(), "x");
      EXPECT_EQ(testing::now().since_start(), duration(7s));
    };
    co_await gather(receive(), send());
  });
}

TEST_P(Faults, WhatIsToldLateIsNotLostToACancellation) {
  const scripted_fault script[] = {{.what = fault::delay, .on = io_operation_kind::receive, .delay = 1h}};
  auto [left, right] = make_socket_pair();
  run_with({.script = script}, [&]() -> task<> {
    co_await sock_sendall(left.get(), "x");
    // The byte has left the socket when the time-out comes: it is delivered, and nothing is thrown.
    const auto receive = [&]() -> task<std::string> { co_return co_await recv_exactly(right.get(), 1); };
    std::string received;
    try {
      co_await with(timeout(1s), [&]() -> task<> { received = co_await receive(); });
    } catch (const timeout_error&) {
    }
    EXPECT_EQ(received, "x");
    EXPECT_EQ(testing::now().since_start(), duration(1s));
  });
}

TEST(FaultsWithoutAKernel, AreRefused) {
  const auto main = []() -> task<> { co_return; };
  EXPECT_THROW(testing::simulate({.seed = 1, .faults = {.delays = 0.5}}, main), invalid_value_error);
  EXPECT_THROW(testing::explore({.faults = {.delays = 0.5}}, main), invalid_value_error);
}

// An echo server and three clients, each with a message of its own.
task<> echo_all(std::vector<int>& errors, std::size_t bytes) {
  const platform::tcp_listener listener = platform::listen_tcp("127.0.0.1", 0);
  const auto serve = [&]() -> task<> {
    for (;;) {
      const file_descriptor accepted(co_await sock_accept(listener.descriptor.get()));
      std::array<char, 1000> buffer{};
      while (const std::size_t count = co_await sock_recv(accepted.get(), buffer))
        co_await sock_sendall(accepted.get(), std::string_view(buffer.data(), count));
    }
  };
  const auto ask = [&](char fill) -> task<> {
    const file_descriptor client = tcp_socket();
    const sockaddr_in address = loopback(listener.port);
    co_await sock_connect(client.get(), &address, sizeof address);
    const std::string message(bytes, fill);
    co_await sock_sendall(client.get(), message);
    const std::string answer = co_await recv_exactly(client.get(), bytes);
    if (!message.starts_with(answer)) throw std::logic_error("another answer: " + answer);
    if (answer.size() < bytes) errors.push_back(EPIPE);
  };
  const auto ask_and_note = [&](char fill) -> task<> {
    if (const int code = co_await error_of(ask(fill)); code != 0) errors.push_back(code);
  };
  co_await with(task_group(), [&](task_group& group) -> task<> {
    const auto serve_on = [&]() -> task<> {
      for (;;) errors.push_back(co_await error_of(serve()));
    };
    auto server = group.create_task(serve_on());
    co_await gather(ask_and_note('a'), ask_and_note('b'), ask_and_note('c'));
    server.cancel();
  });
}

TEST_P(Faults, BytesSurviveEverythingThatIsNoError) {
  const fault_options faults{.short_transfers = 0.3,
                             .interruptions = 0.3,
                             .delays = 0.3,
                             .delay_max = duration(2s),
                             .reorder = true};
  std::uint64_t injected = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    std::vector<int> errors;
    run_with(faults, [&] { return echo_all(errors, 300); }, seed);
    EXPECT_THAT(errors, ::testing::IsEmpty()) << testing::last_simulation().note().view();
    injected += testing::last_simulation().faults;
  }
  EXPECT_GT(injected, 200U);
}

TEST_P(Faults, ErrorsAreErrorsAndNothingHangs) {
  const fault_options faults{.short_transfers = 0.2, .connection_resets = 0.03, .no_buffers = 0.03};
  std::vector<int> errors;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    run_with(faults, [&] { return echo_all(errors, 300); }, seed);
  }
  EXPECT_THAT(errors, AllOf(::testing::Contains(ECONNRESET), ::testing::Contains(ENOBUFS)));
}

TEST_P(Faults, ASeedRepeatsItsFaults) {
  const fault_options faults{.short_transfers = 0.3, .delays = 0.3, .reorder = true};
  const auto main = []() -> task<> {
    auto [left, right] = make_socket_pair();
    co_await gather(sock_sendall(left.get(), "a message of some length"), recv_exactly(right.get(), 24));
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    run_with(faults, main, seed);
    const testing::simulation_report report = testing::last_simulation();
    run_with(faults, main, seed);
    EXPECT_EQ(testing::last_simulation().schedule_hash, report.schedule_hash);
    EXPECT_EQ(testing::last_simulation().faults, report.faults);
    EXPECT_EQ(testing::last_simulation().elapsed, report.elapsed);
  }
}

// It forgets that a send may take less than it was given.
task<> send_carelessly() {
  auto [left, right] = make_socket_pair();
  static_cast<void>(co_await sock_send(left.get(), "0123456789"));
  static_cast<void>(co_await sock_send(left.get(), "abcdef"));
  std::array<char, 100> buffer{};
  const std::size_t count = co_await sock_recv(right.get(), buffer);
  if (std::string_view(buffer.data(), count) != "0123456789abcdef")
    throw std::logic_error("bytes are missing");
}

TEST_P(Faults, OneFaultIsLeftOfAFailureMadeSmall) {
  const exploration_report report = testing::find_failure({.by = testing::strategy::random,
                                                           .on = GetParam(),
                                                           .patience = duration(),
                                                           .faults = {.short_transfers = 0.5, .delays = 0.5}},
                                                          send_carelessly);

  ASSERT_TRUE(report.failed());
  EXPECT_TRUE(report.repeats);
  // Two questions for each operation: how much, and when.
  EXPECT_THAT(report.choices(), ::testing::ElementsAre(1));
  EXPECT_THAT(std::string(report.note().view()),
              AllOf(HasSubstr("faults: operation 1, send"), HasSubstr("at most 1 bytes")));
}

TEST_P(Faults, AllOfThemAreEnumerated) {
  const exploration_report report =
      testing::find_failure({.by = testing::strategy::exhaustive,
                             .shrink_runs = 0,
                             .on = GetParam(),
                             .patience = duration(),
                             .faults = {.no_buffers = 0.1}},
                            []() -> task<> {
                              auto [left, right] = make_socket_pair();
                              for (int i = 0; i < 4; ++i)
                                static_cast<void>(co_await error_of(sock_sendall(left.get(), "x")));
                            });
  EXPECT_FALSE(report.failed());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.schedules, 16U) << "each of four sends fails or does not";
}

}  // namespace overlap::asyncio
