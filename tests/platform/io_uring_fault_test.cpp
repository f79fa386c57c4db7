// tests/platform/io_uring_fault_test.cpp
//
// A ring that cannot take requests for a while, whose answers do not fit, or whose kernel is older.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <overlap/base/error.hpp>

#include "platform/clock.hpp"
#include "platform/io_uring_reactor.hpp"
#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

int faults_left = 0;
int fault_error = 0;

bool fails_now() {
  if (faults_left == 0) return false;
  --faults_left;
  return true;
}

int faulty_submit(io_uring* ring) { return fails_now() ? -fault_error : ::io_uring_submit(ring); }
int faulty_submit_and_get_events(io_uring* ring) {
  return fails_now() ? -fault_error : ::io_uring_submit_and_get_events(ring);
}
int faulty_submit_and_wait(io_uring* ring, io_uring_cqe** first, unsigned wanted, __kernel_timespec* limit,
                           sigset_t* mask) {
  return fails_now() ? -fault_error : ::io_uring_submit_and_wait_timeout(ring, first, wanted, limit, mask);
}

class IoUringFault : public ReactorTest {
 protected:
  void SetUp() override {
    faults_left = 0;
    before_ = ring_kernel;
    ReactorTest::SetUp();
    ring_kernel = {faulty_submit, faulty_submit_and_get_events, faulty_submit_and_wait};
  }
  void TearDown() override {
    ring_kernel = before_;
    ReactorTest::TearDown();
  }
  static void fail_next(int count, int error) {
    faults_left = count;
    fault_error = error;
  }
  io_uring_calls before_{};
};
INSTANTIATE_TEST_SUITE_P(All, IoUringFault, testing::Values(reactor_kinds[1], reactor_kinds[2]), name_of);

// EAGAIN: no memory for requests. EBUSY: too many unread answers.
TEST_P(IoUringFault, WhatTheRingRefusesForAWhileIsNotLost) {
  for (const int error : {EAGAIN, EBUSY, EINTR}) {
    const descriptor_pair sockets = open_stream_pair();
    std::vector<std::unique_ptr<request>> operations;
    fail_next(7, error);
    for (int index = 0; index < 40; ++index) {
      operations.push_back(std::make_unique<readiness>(sockets.left.get(), POLLIN));
      EXPECT_FALSE(submit(*operations.back()));
      if (index % 10 == 0) collect_now();
    }
    for (int index = 0; index < 20; ++index) cancel(*operations[static_cast<std::size_t>(index)]);
    put(sockets.right.get(), "x");
    while (reactor_->pending() != 0) collect(time_point::never());
    for (auto& operation : operations) {
      EXPECT_EQ(operation->times_back, 1);
      EXPECT_TRUE(operation->result == POLLIN || operation->result == -ECANCELED);
    }
    EXPECT_EQ(operations.back()->result, POLLIN);
    EXPECT_EQ(faults_left, 0);
  }
}

TEST_P(IoUringFault, AWaitDoesNotSleepOnRequestsThatAreStillInLine) {
  std::vector<descriptor_pair> pairs;
  std::vector<std::unique_ptr<readiness>> operations;
  for (int index = 0; index < 10; ++index) {
    pairs.push_back(open_stream_pair());
    operations.push_back(std::make_unique<readiness>(pairs.back().left.get(), POLLIN));
    submit(*operations.back());
  }
  put(pairs.back().right.get(), "x");
  fail_next(1, EBUSY);
  finish(*operations.back());
  for (auto& operation : operations) {
    if (operation->times_back == 0) cancel(*operation);
  }
  while (reactor_->pending() != 0) collect(time_point::never());
}

TEST_P(IoUringFault, ACancelThatIsStillInLineLeavesItWhenItsOperationCompletes) {
  const descriptor_pair sockets = open_stream_pair();
  auto completing = std::make_unique<readiness>(sockets.left.get(), POLLIN);
  submit(*completing);
  collect_now();
  std::vector<std::unique_ptr<readiness>> others;  // they take all entries of a ring of four
  for (int index = 0; index < 4; ++index) {
    others.push_back(std::make_unique<readiness>(sockets.left.get(), 0));
    submit(*others.back());
  }
  cancel(*completing);
  put(sockets.right.get(), "x");
  fail_next(1, EBUSY);
  finish(*completing);
  completing.reset();  // a request that still is in line would be seen by the address sanitizer
  for (auto& operation : others) cancel(*operation);
  while (reactor_->pending() != 0) collect(time_point::never());
}

TEST_P(IoUringFault, AFailureThatWillNotPassIsThrown) {
  fail_next(1, EBADF);
  EXPECT_THROW(collect(time_point::never()), os_error);
}

TEST_P(IoUringFault, AnswersThatOverflowTheRingAllCome) {
  // Each poll answers inside the call that submits it, and nobody reads answers meanwhile: 10,000 answers for
  // 4,096 or 64 places.
  const descriptor_pair sockets = open_stream_pair();
  put(sockets.right.get(), "x");
  std::vector<std::unique_ptr<readiness>> operations;
  for (int index = 0; index < 10'000; ++index) {
    operations.push_back(std::make_unique<readiness>(sockets.left.get(), POLLIN));
    submit(*operations.back());
  }
  while (reactor_->pending() != 0) collect(time_point::never());
  for (auto& operation : operations) {
    ASSERT_EQ(operation->times_back, 1);
    ASSERT_EQ(operation->result, POLLIN);
  }
}

// A file that cannot wait by itself: with O_NONBLOCK the kernel answers EAGAIN (pipes before Linux 6.5). A
// receive that asks for MSG_DONTWAIT makes any kernel answer so.
TEST_P(IoUringFault, AnAnswerOfEagainIsAwaitedByPolling) {
  const descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  receiving.flags = MSG_DONTWAIT;
  EXPECT_FALSE(submit(receiving));
  for (int look = 0; look < 5; ++look) EXPECT_EQ(collect_now(), 0U);
  // It sleeps now, and does not try again and again.
  const time_point deadline = monotonic_clock().now() + duration::from_nanoseconds(300'000);
  int wait_count = 0;
  for (; monotonic_clock().now() < deadline; ++wait_count) EXPECT_EQ(collect(deadline), 0U);
  EXPECT_LE(wait_count, 2);
  put(sockets.right.get(), "x");
  finish(receiving);
  EXPECT_EQ(receiving.text(), "x");
}

TEST_P(IoUringFault, WhatIsAwaitedByPollingCanBeCancelled) {
  for (int looks = 0; looks < 5; ++looks) {
    const descriptor_pair sockets = open_stream_pair();
    incoming receiving(sockets.left.get());
    receiving.flags = MSG_DONTWAIT;
    EXPECT_FALSE(submit(receiving));
    for (int look = 0; look < looks; ++look) collect_now();
    cancel(receiving);
    finish(receiving);
    EXPECT_EQ(receiving.result, -ECANCELED);
    put(sockets.right.get(), "kept");
    incoming next(sockets.left.get());
    run(next);
    EXPECT_EQ(next.text(), "kept");
  }
}

TEST_P(IoUringFault, WhatIsAwaitedByPollingTakesItsTurnWithOthers) {
  const descriptor_pair sockets = open_socket_pair(SOCK_SEQPACKET);
  std::vector<std::unique_ptr<incoming>> readers;
  for (int index = 0; index < 20; ++index) {
    readers.push_back(std::make_unique<incoming>(sockets.left.get()));
    readers.back()->flags = MSG_DONTWAIT;
    submit(*readers.back());
  }
  for (int look = 0; look < 5; ++look) collect_now();
  for (int index = 0; index < 20; ++index) put(sockets.right.get(), std::to_string(index));
  while (reactor_->pending() != 0) collect(time_point::never());
  int sum = 0;
  for (auto& reader : readers) sum += std::stoi(std::string(reader->text()));
  EXPECT_EQ(sum, 190);
}

TEST(IoUringRing, AnOlderKernelsSetupWorksToo) {
  if (!io_uring_refusal().empty()) GTEST_SKIP() << io_uring_refusal();
  io_uring_ring ring(8, completion_work::when_it_comes);
  EXPECT_EQ(ring.get()->flags & IORING_SETUP_DEFER_TASKRUN, 0U);
  EXPECT_NE(ring.get()->flags & IORING_SETUP_COOP_TASKRUN, 0U);
}

}  // namespace

}  // namespace overlap::platform
