// tests/platform/sockets_test.cpp
//
// Descriptors and listeners.

#include "platform/sockets.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include <overlap/base/error.hpp>

#include "platform/sigpipe_block.hpp"

namespace overlap::platform {

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
bool is_nonblocking(int fd) { return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }
bool closes_on_exec(int fd) { return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

bool connects_to_loopback(std::uint16_t port) {
  const file_descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

TEST(FileDescriptor, ClosesAtTheEnd) {
  int number = -1;
  {
    const pipe_ends pipe = make_pipe();
    number = pipe.read_end.get();
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(FileDescriptor, MovesItsDescriptor) {
  pipe_ends pipe = make_pipe();
  const int number = pipe.read_end.get();
  const int other_number = pipe.write_end.get();
  file_descriptor moved(std::move(pipe.read_end));
  EXPECT_EQ(moved.get(), number);
  EXPECT_FALSE(pipe.read_end);
  pipe.write_end = std::move(moved);
  EXPECT_EQ(pipe.write_end.get(), number);
  EXPECT_FALSE(is_open(other_number));
}

TEST(FileDescriptor, GivesItsDescriptorAway) {
  pipe_ends pipe = make_pipe();
  const int number = pipe.read_end.release();
  EXPECT_FALSE(pipe.read_end);
  EXPECT_TRUE(is_open(number));
  close_descriptor(number);
}

TEST(Sockets, APairIsConnectedBothWays) {
  const socket_pair pair = make_socket_pair();
  char byte = 0;
  EXPECT_EQ(::send(pair.first.get(), "a", 1, 0), 1);
  EXPECT_EQ(::recv(pair.second.get(), &byte, 1, 0), 1);
  EXPECT_EQ(::send(pair.second.get(), "b", 1, 0), 1);
  EXPECT_EQ(::recv(pair.first.get(), &byte, 1, 0), 1);
  EXPECT_TRUE(is_nonblocking(pair.first.get()) && is_nonblocking(pair.second.get()));
  EXPECT_TRUE(closes_on_exec(pair.first.get()) && closes_on_exec(pair.second.get()));
}

TEST(Sockets, APipeLeadsFromItsWriteEndToItsReadEnd) {
  const pipe_ends pipe = make_pipe();
  char byte = 0;
  EXPECT_EQ(::write(pipe.write_end.get(), "a", 1), 1);
  EXPECT_EQ(::read(pipe.read_end.get(), &byte, 1), 1);
  EXPECT_TRUE(is_nonblocking(pipe.read_end.get()) && is_nonblocking(pipe.write_end.get()));
  EXPECT_TRUE(closes_on_exec(pipe.read_end.get()) && closes_on_exec(pipe.write_end.get()));
}

TEST(Sockets, SetNonblockingKeepsTheOtherFlags) {
  const file_descriptor file(::open("/dev/null", O_WRONLY | O_APPEND | O_CLOEXEC));
  set_nonblocking(file.get());
  EXPECT_TRUE(is_nonblocking(file.get()));
  EXPECT_TRUE(::fcntl(file.get(), F_GETFL) & O_APPEND);
  EXPECT_THROW(set_nonblocking(-1), os_error);
}

TEST(Sockets, AListenerSaysWhichPortItGot) {
  const tcp_listener listener = listen_tcp("127.0.0.1", 0);
  EXPECT_NE(listener.port, 0);
  EXPECT_TRUE(connects_to_loopback(listener.port));
  EXPECT_TRUE(is_nonblocking(listener.descriptor.get()));
  EXPECT_TRUE(closes_on_exec(listener.descriptor.get()));
}

TEST(Sockets, AListenerTakesAName) {
  addrinfo* found = nullptr;
  if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0)
    GTEST_SKIP() << "this machine has no localhost: its /etc/hosts is missing";
  ::freeaddrinfo(found);
  EXPECT_NE(listen_tcp("localhost", 0).port, 0);
}

TEST(Sockets, AListenerTakesAnyAddress) {
  const tcp_listener everywhere = listen_tcp("", 0);
  EXPECT_TRUE(connects_to_loopback(everywhere.port));
}

TEST(Sockets, AcceptedConnectionsSendWithoutDelay) {
  const tcp_listener listener = listen_tcp("127.0.0.1", 0);
  ASSERT_TRUE(connects_to_loopback(listener.port));
  const file_descriptor accepted(::accept4(listener.descriptor.get(), nullptr, nullptr, SOCK_CLOEXEC));
  int value = 0;
  socklen_t length = sizeof value;
  ASSERT_EQ(::getsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
  EXPECT_EQ(value, 1);
}

TEST(Sockets, SeveralListenersShareAPortIfAskedTo) {
  const tcp_listener first = listen_tcp("127.0.0.1", 0, {.reuse_port = true});
  const tcp_listener second = listen_tcp("127.0.0.1", first.port, {.reuse_port = true});
  EXPECT_EQ(first.port, second.port);
}

TEST(Sockets, ATakenPortIsAnErrorThatSaysWhatToDo) {
  const tcp_listener first = listen_tcp("127.0.0.1", 0);
  const std::string endpoint = "127.0.0.1:" + std::to_string(first.port);
  try {
    static_cast<void>(listen_tcp("127.0.0.1", first.port));
    ADD_FAILURE();
  } catch (const os_error& error) {
    EXPECT_EQ(error.code(), EADDRINUSE);
    EXPECT_EQ(error.message(), "listen on " + endpoint +
                                   ": Address already in use (EADDRINUSE); another program listens there; "
                                   "take port 0 for any free one");
  }
}

TEST(Sockets, AnAddressOfAnotherMachineIsAnError) {
  try {
    static_cast<void>(listen_tcp("192.0.2.1", 0));
    ADD_FAILURE();
  } catch (const os_error& error) {
    EXPECT_EQ(error.code(), EADDRNOTAVAIL);
  }
}

TEST(Sockets, ANameThatIsNoAddressIsAnError) {
  EXPECT_THROW(static_cast<void>(listen_tcp("256.256.256.256.", 0)), error);
}

bool is_sigpipe_blocked() {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return ::sigismember(&mask, SIGPIPE) == 1;
}

TEST(SigpipeBlock, BlocksWhileAnyLivesAndEatsWhatCame) {
  ASSERT_FALSE(is_sigpipe_blocked());
  {
    auto outer = std::make_unique<sigpipe_block>();
    const sigpipe_block inner;
    pipe_ends pipe = make_pipe();
    pipe.read_end.reset();
    EXPECT_EQ(::write(pipe.write_end.get(), "x", 1), -1);
    outer.reset();
    EXPECT_TRUE(is_sigpipe_blocked());
  }
  // A signal that was still pending would end the process here.
  EXPECT_FALSE(is_sigpipe_blocked());
}

TEST(SigpipeBlock, LeavesABlockedSignalBlocked) {
  sigset_t sigpipe_only;
  ::sigemptyset(&sigpipe_only);
  ::sigaddset(&sigpipe_only, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &sigpipe_only, nullptr);
  {
    const sigpipe_block block;
  }
  EXPECT_TRUE(is_sigpipe_blocked());
  ::pthread_sigmask(SIG_UNBLOCK, &sigpipe_only, nullptr);
}

}  // namespace

}  // namespace overlap::platform
