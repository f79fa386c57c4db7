// tests/platform/reactor_poll_test.cpp
//
// The operation that waits for readiness: one-shot, and about the state as it is.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

class ReactorPoll : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(All, ReactorPoll, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(ReactorPoll, PollsForInput) {
  const descriptor_pair sockets = open_stream_pair();
  readiness operation(sockets.left.get(), POLLIN);
  EXPECT_FALSE(submit(operation));
  EXPECT_EQ(collect_now(), 0U);
  put(sockets.right.get(), "x");
  finish(operation);
  EXPECT_EQ(operation.result, POLLIN);
}

TEST_P(ReactorPoll, APollLooksAtThePresentState) {
  const descriptor_pair sockets = open_stream_pair();
  put(sockets.right.get(), "x");
  for (int round = 0; round < 3; ++round) {
    readiness operation(sockets.left.get(), POLLIN | POLLOUT);
    EXPECT_EQ(run(operation), POLLIN | POLLOUT);
  }
}

TEST_P(ReactorPoll, APollReportsOnlyWhatWasAskedFor) {
  const descriptor_pair sockets = open_stream_pair();
  readiness input(sockets.left.get(), POLLIN);
  EXPECT_FALSE(submit(input));
  readiness output(sockets.left.get(), POLLOUT);
  EXPECT_EQ(run(output), POLLOUT);
  EXPECT_EQ(input.times_back, 0);
  put(sockets.right.get(), "x");
  finish(input);
  EXPECT_EQ(input.result, POLLIN);
}

TEST_P(ReactorPoll, APollReportsAHangUpThoughNobodyAsked) {
  descriptor_pair pipe = open_pipe();
  readiness operation(pipe.left.get(), POLLIN);
  EXPECT_FALSE(submit(operation));
  pipe.right.reset();
  finish(operation);
  EXPECT_EQ(operation.result, POLLHUP);
  readiness nothing_asked(pipe.left.get(), 0);
  EXPECT_EQ(run(nothing_asked), POLLHUP);
}

TEST_P(ReactorPoll, APollReportsAnErrorThoughNobodyAsked) {
  descriptor_pair pipe = open_pipe();
  const std::string block(4096, 'x');
  while (::write(pipe.right.get(), block.data(), block.size()) > 0) {
  }
  readiness operation(pipe.right.get(), 0);
  EXPECT_FALSE(submit(operation));
  pipe.left.reset();
  finish(operation);
  EXPECT_EQ(operation.result, POLLERR);
}

TEST_P(ReactorPoll, APollReportsThatThePeerStoppedSending) {
  const descriptor_pair sockets = open_stream_pair();
  readiness operation(sockets.left.get(), POLLRDHUP);
  EXPECT_FALSE(submit(operation));
  ASSERT_EQ(::shutdown(sockets.right.get(), SHUT_WR), 0);
  finish(operation);
  EXPECT_EQ(operation.result, POLLRDHUP);
}

}  // namespace

}  // namespace overlap::platform
