// tests/platform/reactor_fault_test.cpp
//
// System calls that fail as the kernel rarely lets them: EINTR, a spurious EAGAIN, short transfers, no
// memory, and kernels that lack a call.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "platform/clock.hpp"
#include "platform/reactor_fixture.hpp"
#include "platform/replaced_calls.hpp"

namespace overlap::platform {

namespace {

// How often the replaced call below still fails, and how.
int faults_left = 0;
int fault_error = 0;

bool fails_now() {
  if (faults_left == 0) return false;
  --faults_left;
  errno = fault_error;
  return true;
}

ssize_t faulty_recv(int fd, void* buffer, std::size_t length, int flags) {
  return fails_now() ? -1 : ::recv(fd, buffer, length, flags);
}
ssize_t faulty_send(int fd, const void* buffer, std::size_t length, int flags) {
  return fails_now() ? -1 : ::send(fd, buffer, length, flags);
}
ssize_t short_recv(int fd, void* buffer, std::size_t, int flags) { return ::recv(fd, buffer, 1, flags); }
ssize_t short_send(int fd, const void* buffer, std::size_t, int flags) {
  return ::send(fd, buffer, 1, flags);
}
int faulty_connect(int fd, const sockaddr* address, socklen_t length) {
  const int result = ::connect(fd, address, length);
  return fails_now() ? -1 : result;
}
int faulty_getsockopt(int fd, int level, int name, void* value, socklen_t* length) {
  return fails_now() ? -1 : ::getsockopt(fd, level, name, value, length);
}
int faulty_epoll_ctl(int epoll, int action, int fd, epoll_event* event) {
  return fails_now() ? -1 : ::epoll_ctl(epoll, action, fd, event);
}
int missing_epoll_pwait2(int, epoll_event*, int, const timespec*, const sigset_t*) {
  errno = fault_error;
  return -1;
}
int milliseconds_asked_for = 0;
int noting_epoll_wait(int epoll, epoll_event* events, int count, int milliseconds) {
  milliseconds_asked_for = milliseconds;
  return ::epoll_wait(epoll, events, count, 0);
}
int interrupted_epoll_pwait2(int epoll, epoll_event* events, int count, const timespec* limit,
                             const sigset_t* mask) {
  return fails_now() ? -1 : ::epoll_pwait2(epoll, events, count, limit, mask);
}

void fail_next(int count, int error) {
  faults_left = count;
  fault_error = error;
}

class ReactorFault : public ReactorTest {
 protected:
  void SetUp() override {
    fail_next(0, 0);
    ReactorTest::SetUp();
  }
  const replaced_calls calls_;
};
INSTANTIATE_TEST_SUITE_P(All, ReactorFault, testing::ValuesIn(reactor_kinds), name_of);

class EpollFault : public ReactorFault {};
INSTANTIATE_TEST_SUITE_P(All, EpollFault, testing::Values(reactor_kinds[0]), name_of);

TEST_P(ReactorFault, AnInterruptedCallIsMadeAgain) {
  const descriptor_pair sockets = open_stream_pair();
  kernel.recv = faulty_recv;
  kernel.send = faulty_send;
  fail_next(3, EINTR);
  outgoing sending(sockets.left.get(), "hello");
  EXPECT_EQ(run(sending), 5);
  EXPECT_EQ(faults_left, 0);
  fail_next(3, EINTR);
  incoming receiving(sockets.right.get());
  run(receiving);
  EXPECT_EQ(receiving.text(), "hello");
  EXPECT_EQ(faults_left, 0);
}

TEST_P(ReactorFault, AConnectInterruptedBySignalGoesOn) {
  const bound_socket listener = open_listener();
  sockaddr_in address = listener.address;
  const file_descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  kernel.connect = faulty_connect;
  fail_next(1, EINTR);
  connecting operation(client.get(), address);
  EXPECT_FALSE(submit(operation));
  finish(operation);
  EXPECT_EQ(operation.result, 0);
}

TEST_P(ReactorFault, AConnectWhoseOutcomeCannotBeAskedForFails) {
  const bound_socket listener = open_listener();
  sockaddr_in address = listener.address;
  const file_descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  kernel.connect = faulty_connect;
  kernel.getsockopt = faulty_getsockopt;
  fail_next(1, EINPROGRESS);
  connecting operation(client.get(), address);
  EXPECT_FALSE(submit(operation));
  fail_next(1, ENOBUFS);
  finish(operation);
  EXPECT_EQ(operation.result, -ENOBUFS);
}

TEST_P(ReactorFault, ShortTransfersAreReportedAsTheyAre) {
  const descriptor_pair sockets = open_stream_pair();
  kernel.send = short_send;
  outgoing sending(sockets.left.get(), "hello");
  EXPECT_EQ(run(sending), 1);
  kernel.recv = short_recv;
  put(sockets.left.get(), "allo");
  std::string all;
  while (all.size() < 5) {
    incoming receiving(sockets.right.get());
    ASSERT_GT(run(receiving), 0);
    all += receiving.text();
  }
  EXPECT_EQ(all, "hallo");
}

TEST_P(ReactorFault, AnErrorOfTheCallIsTheResult) {
  const descriptor_pair sockets = open_stream_pair();
  kernel.send = faulty_send;
  fail_next(1, ENOBUFS);
  outgoing sending(sockets.left.get(), "hello");
  EXPECT_EQ(run(sending), -ENOBUFS);
}

TEST_P(EpollFault, AReadinessThatProvesFalseKeepsTheOperationWaiting) {
  const descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  submit(receiving);
  kernel.recv = faulty_recv;
  put(sockets.right.get(), "x");
  fail_next(1, EAGAIN);
  EXPECT_EQ(collect(time_point::never()), 0U);
  EXPECT_EQ(faults_left, 0);
  finish(receiving);
  EXPECT_EQ(receiving.text(), "x");
}

TEST_P(EpollFault, NoMemoryForAWaiterIsItsResultAndNobodyElses) {
  const descriptor_pair sockets = open_stream_pair();
  incoming first(sockets.left.get());
  submit(first);
  kernel.epoll_ctl = faulty_epoll_ctl;
  fail_next(1, ENOMEM);
  readiness second(sockets.left.get(), POLLIN);
  EXPECT_EQ(run(second), -ENOMEM);
  put(sockets.right.get(), "x");
  finish(first);
  EXPECT_EQ(first.text(), "x");
}

TEST_P(EpollFault, NoMemoryForThoseWhoStillWaitEndsTheirWait) {
  const descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  readiness hang_up(sockets.left.get(), POLLRDHUP);
  submit(receiving);
  submit(hang_up);
  kernel.epoll_ctl = faulty_epoll_ctl;
  put(sockets.right.get(), "x");
  fail_next(1, ENOMEM);
  finish(receiving);
  finish(hang_up);
  EXPECT_EQ(receiving.text(), "x");
  EXPECT_EQ(hang_up.result, -ENOMEM);
}

TEST_P(EpollFault, ARegistrationThatTheTableDoesNotKnowIsFound) {
  const descriptor_pair sockets = open_stream_pair();
  // The kernel keeps the registration, and the table learns of an error.
  kernel.epoll_ctl = [](int epoll, int action, int fd, epoll_event* event) {
    static_cast<void>(::epoll_ctl(epoll, action, fd, event));
    return fails_now() ? -1 : 0;
  };
  fail_next(1, ENOMEM);
  incoming failed(sockets.left.get());
  EXPECT_EQ(run(failed), -ENOMEM);
  kernel.epoll_ctl = ::epoll_ctl;
  incoming receiving(sockets.left.get());
  EXPECT_FALSE(submit(receiving));
  put(sockets.right.get(), "x");
  finish(receiving);
  EXPECT_EQ(receiving.text(), "x");
}

TEST_P(EpollFault, AnInterruptedSleepReturnsWithNothing) {
  const descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  submit(receiving);
  put(sockets.right.get(), "x");
  kernel.epoll_pwait2 = interrupted_epoll_pwait2;
  fail_next(2, EINTR);
  EXPECT_EQ(collect(time_point::never()), 0U);
  EXPECT_EQ(collect(time_point::never()), 0U);
  EXPECT_EQ(collect(time_point::never()), 1U);
}

// ENOSYS: before Linux 5.11. EPERM: forbidden by seccomp rules that do not know the call.
TEST_P(EpollFault, WithoutPreciseTimeoutsItSleepsWholeMillisecondsRoundedUp) {
  for (const int error : {ENOSYS, EPERM}) {
    const std::unique_ptr<reactor> older = make_epoll_reactor();
    fault_error = error;
    kernel.epoll_pwait2 = missing_epoll_pwait2;
    kernel.epoll_wait = noting_epoll_wait;
    completion_list completed;
    const auto asks_for = [&](time_point until) {
      milliseconds_asked_for = -2;
      older->wait(until, completed);
      return milliseconds_asked_for;
    };
    const time_point now = monotonic_clock().now();
    EXPECT_EQ(asks_for(time_point()), 0);
    EXPECT_EQ(asks_for(now - duration::from_seconds(1)), 0);
    EXPECT_EQ(asks_for(time_point::never()), -1);
    EXPECT_EQ(asks_for(now + duration::from_seconds(9e9)), 2147483647);
    // A second from now, asked for a little later: never more than 1000, and never cut down to 0.
    const int second = asks_for(monotonic_clock().now() + duration::from_seconds(1));
    EXPECT_GT(second, 0);
    EXPECT_LE(second, 1000);
    kernel.epoll_pwait2 = ::epoll_pwait2;
  }
}

}  // namespace

}  // namespace overlap::platform
