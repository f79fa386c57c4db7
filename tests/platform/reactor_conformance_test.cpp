// tests/platform/reactor_conformance_test.cpp
//
// What each kind of operation does, the same on every reactor.

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "platform/clock.hpp"
#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

class Reactor : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(All, Reactor, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(Reactor, SaysItsName) { EXPECT_EQ(reactor_->name(), GetParam().is_io_uring ? "io_uring" : "epoll"); }

TEST_P(Reactor, ReceivesWhatComesLater) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  EXPECT_FALSE(submit(operation));
  EXPECT_EQ(reactor_->pending(), 1U);
  EXPECT_EQ(collect_now(), 0U);
  put(sockets.right.get(), "hello");
  finish(operation);
  EXPECT_EQ(operation.text(), "hello");
  EXPECT_EQ(reactor_->pending(), 0U);
}

TEST_P(Reactor, ReceivesWhatIsThereAlready) {
  const descriptor_pair sockets = open_stream_pair();
  put(sockets.right.get(), "hello");
  incoming operation(sockets.left.get());
  run(operation);
  EXPECT_EQ(operation.text(), "hello");
}

TEST_P(Reactor, ReceivesAPartWhenOnlyAPartHasCome) {
  const descriptor_pair sockets = open_stream_pair();
  put(sockets.right.get(), "abcdef");
  incoming first(sockets.left.get());
  first.length = 4;
  run(first);
  EXPECT_EQ(first.text(), "abcd");
  incoming second(sockets.left.get());
  run(second);
  EXPECT_EQ(second.text(), "ef");
}

TEST_P(Reactor, ReceivesWithTheFlagsItWasGiven) {
  const descriptor_pair sockets = open_stream_pair();
  put(sockets.right.get(), "peek");
  for (const int flags : {int{MSG_PEEK}, int{MSG_PEEK}, 0}) {
    incoming operation(sockets.left.get());
    operation.flags = static_cast<std::uint32_t>(flags);
    run(operation);
    EXPECT_EQ(operation.text(), "peek");
  }
}

TEST_P(Reactor, ReceivesNothingAtTheEndOfTheStream) {
  descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  sockets.right.reset();
  finish(operation);
  EXPECT_EQ(operation.result, 0);
}

TEST_P(Reactor, ReceivesOnABlockingSocketWithoutBlocking) {
  const descriptor_pair sockets = open_stream_pair();
  ASSERT_EQ(::fcntl(sockets.left.get(), F_SETFL, 0), 0);
  incoming operation(sockets.left.get());
  EXPECT_FALSE(submit(operation));
  put(sockets.right.get(), "hello");
  finish(operation);
  EXPECT_EQ(operation.text(), "hello");
}

TEST_P(Reactor, ReadsAndWritesAPipe) {
  const descriptor_pair pipe = open_pipe();
  incoming reading(pipe.left.get(), io_kind::read);
  EXPECT_FALSE(submit(reading));
  outgoing writing(pipe.right.get(), "through the pipe", io_kind::write);
  EXPECT_EQ(run(writing), 16);
  finish(reading);
  EXPECT_EQ(reading.text(), "through the pipe");
}

TEST_P(Reactor, ReadsNothingAtTheEndOfAPipe) {
  descriptor_pair pipe = open_pipe();
  incoming reading(pipe.left.get(), io_kind::read);
  submit(reading);
  pipe.right.reset();
  finish(reading);
  EXPECT_EQ(reading.result, 0);
}

TEST_P(Reactor, WritesWhenAFullPipeHasRoomAgain) {
  const descriptor_pair pipe = open_pipe();
  const std::string block(4096, 'x');
  while (::write(pipe.right.get(), block.data(), block.size()) > 0) {
  }
  outgoing writing(pipe.right.get(), "late", io_kind::write);
  EXPECT_FALSE(submit(writing));
  EXPECT_EQ(collect_now(), 0U);
  std::vector<char> room(1U << 20U);
  ASSERT_GT(::read(pipe.left.get(), room.data(), room.size()), 0);
  finish(writing);
  EXPECT_EQ(writing.result, 4);
}

TEST_P(Reactor, SendsAPartWhenOnlyAPartFits) {
  const descriptor_pair sockets = open_stream_pair();
  const std::string block(16U << 20U, 'x');
  outgoing sending(sockets.left.get(), block);
  const std::int32_t count = run(sending);
  EXPECT_GT(count, 0);
  EXPECT_LT(count, static_cast<std::int32_t>(block.size()));
}

TEST_P(Reactor, SendsWhenAFullSocketHasRoomAgain) {
  const descriptor_pair sockets = open_stream_pair();
  const std::string block(4096, 'x');
  while (::send(sockets.left.get(), block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
  outgoing sending(sockets.left.get(), "late");
  EXPECT_FALSE(submit(sending));
  std::vector<char> room(1U << 20U);
  while (::recv(sockets.right.get(), room.data(), room.size(), MSG_DONTWAIT) > 0) {
  }
  finish(sending);
  EXPECT_EQ(sending.result, 4);
}

TEST_P(Reactor, WritingWithoutAReaderIsAnErrorAndNoSignal) {
  descriptor_pair sockets = open_stream_pair();
  sockets.right.reset();
  outgoing sending(sockets.left.get(), "to nobody");
  EXPECT_EQ(run(sending), -EPIPE);
  outgoing writing_to_socket(sockets.left.get(), "to nobody", io_kind::write);
  EXPECT_EQ(run(writing_to_socket), -EPIPE);
  descriptor_pair pipe = open_pipe();
  pipe.left.reset();
  outgoing writing_to_pipe(pipe.right.get(), "to nobody", io_kind::write);
  EXPECT_EQ(run(writing_to_pipe), -EPIPE);
}

TEST_P(Reactor, AWaitingWriteEndsWhenTheReaderGoes) {
  descriptor_pair pipe = open_pipe();
  const std::string block(4096, 'x');
  while (::write(pipe.right.get(), block.data(), block.size()) > 0) {
  }
  outgoing writing(pipe.right.get(), "late", io_kind::write);
  EXPECT_FALSE(submit(writing));
  pipe.left.reset();
  finish(writing);
  EXPECT_EQ(writing.result, -EPIPE);
}

TEST_P(Reactor, ReadsAndWritesAFileAtItsOffsets) {
  const file_descriptor file(::memfd_create("reactor test", MFD_CLOEXEC));
  outgoing writing(file.get(), "0123456789", io_kind::write);
  writing.offset = 100;
  EXPECT_EQ(run(writing), 10);
  incoming reading(file.get(), io_kind::read);
  reading.offset = 105;
  EXPECT_EQ(run(reading), 5);
  EXPECT_EQ(reading.text(), "56789");
  incoming at_the_end(file.get(), io_kind::read);
  at_the_end.offset = 110;
  EXPECT_EQ(run(at_the_end), 0);
}

TEST_P(Reactor, ReadsAFileOnFromItsOwnPosition) {
  const file_descriptor file(::memfd_create("reactor test", MFD_CLOEXEC));
  put(file.get(), "0123456789");
  ASSERT_EQ(::lseek(file.get(), 3, SEEK_SET), 3);
  incoming first(file.get(), io_kind::read);
  first.length = 4;
  run(first);
  EXPECT_EQ(first.text(), "3456");
  incoming second(file.get(), io_kind::read);
  run(second);
  EXPECT_EQ(second.text(), "789");
}

TEST_P(Reactor, AFileIsAlwaysReady) {
  const file_descriptor file(::memfd_create("reactor test", MFD_CLOEXEC));
  readiness both(file.get(), POLLIN | POLLOUT);
  EXPECT_EQ(run(both), POLLIN | POLLOUT);
  readiness one(file.get(), POLLIN | POLLRDHUP);
  EXPECT_EQ(run(one), POLLIN);
}

TEST_P(Reactor, AsksForNoMoreThanTheKernelMoves) {
  constexpr std::size_t room_bytes = std::size_t{4} << 30U;  // zero, if it were cut down to 32 bits
  void* room =
      ::mmap(nullptr, room_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(room, MAP_FAILED);
  const descriptor_pair sockets = open_stream_pair();
  request operation(io_kind::receive, sockets.left.get(), room, room_bytes);
  EXPECT_FALSE(submit(operation));
  put(sockets.right.get(), "little");
  finish(operation);
  EXPECT_EQ(operation.result, 6);
  ::munmap(room, room_bytes);
}

TEST_P(Reactor, AMissingDescriptorIsAnError) {
  for (const io_kind kind : {io_kind::poll, io_kind::read, io_kind::write, io_kind::receive, io_kind::send,
                             io_kind::accept, io_kind::connect}) {
    for (const int fd : {-1, 12345}) {
      sockaddr_in address{};
      request operation(kind, fd, &address, sizeof address);
      operation.flags = kind == io_kind::poll ? POLLIN : 0;
      EXPECT_EQ(run(operation), -EBADF) << static_cast<int>(kind) << " " << fd;
    }
  }
}

TEST_P(Reactor, AReceiveFromAPipeIsAnError) {
  const descriptor_pair pipe = open_pipe();
  incoming operation(pipe.left.get());
  EXPECT_EQ(run(operation), -ENOTSOCK);
}

TEST_P(Reactor, AcceptsManyConnections) {
  const bound_socket listener = open_listener();
  sockaddr_in address = listener.address;
  std::vector<std::unique_ptr<request>> accepting;
  for (int index = 0; index < 20; ++index) {
    accepting.push_back(std::make_unique<request>(io_kind::accept, listener.descriptor.get()));
    EXPECT_FALSE(submit(*accepting.back()));
  }
  std::vector<file_descriptor> clients;
  std::vector<std::unique_ptr<request>> connects;
  for (int index = 0; index < 20; ++index) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    connects.push_back(std::make_unique<connecting>(clients.back().get(), address));
    submit(*connects.back());
  }
  std::vector<file_descriptor> accepted;
  for (auto& operation : connects) finish(*operation);
  for (auto& operation : connects) EXPECT_EQ(operation->result, 0);
  for (auto& operation : accepting) {
    finish(*operation);
    ASSERT_GE(operation->result, 0);
    accepted.emplace_back(operation->result);
    EXPECT_TRUE(::fcntl(operation->result, F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(operation->result, F_GETFD) & FD_CLOEXEC);
  }
}

TEST_P(Reactor, AcceptsAConnectionThatIsThereAlready) {
  const bound_socket listener = open_listener();
  sockaddr_in address = listener.address;
  const file_descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  connecting operation(client.get(), address);
  EXPECT_EQ(run(operation), 0);
  request accepting(io_kind::accept, listener.descriptor.get());
  const file_descriptor server(run(accepting));
  ASSERT_TRUE(server);
  incoming reading(server.get());
  submit(reading);
  outgoing sending(client.get(), "hello");
  EXPECT_EQ(run(sending), 5);
  finish(reading);
  EXPECT_EQ(reading.text(), "hello");
}

TEST_P(Reactor, AConnectToAClosedPortIsRefused) {
  bound_socket nobody = open_tcp_socket();
  const file_descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  connecting operation(client.get(), nobody.address);
  EXPECT_EQ(run(operation), -ECONNREFUSED);
}

TEST_P(Reactor, AConnectThatNobodyAnswersWaitsAndCanBeCancelled) {
  // A listener whose queue is full answers no more.
  bound_socket listener = open_tcp_socket();
  ASSERT_EQ(::listen(listener.descriptor.get(), 0), 0);
  std::vector<file_descriptor> clients;
  std::vector<std::unique_ptr<request>> connects;
  for (int index = 0; index < 4; ++index) {
    clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    connects.push_back(std::make_unique<connecting>(clients.back().get(), listener.address));
    submit(*connects.back());
  }
  finish(*connects.front());
  EXPECT_EQ(connects.front()->result, 0);
  EXPECT_EQ(connects.back()->times_back, 0);
  for (auto& operation : connects) {
    if (operation->times_back == 0) cancel(*operation);
  }
  for (auto& operation : connects) finish(*operation);
  EXPECT_EQ(connects.back()->result, -ECANCELED);
}

TEST_P(Reactor, AMomentInThePastOnlyLooks) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  EXPECT_EQ(collect(time_point()), 0U);
  EXPECT_EQ(collect(monotonic_clock().now() - duration::from_seconds(1)), 0U);
  put(sockets.right.get(), "x");
  while (operation.times_back == 0) collect(time_point());
  EXPECT_EQ(operation.text(), "x");
}

TEST_P(Reactor, ADeadlineEndsAWaitInWhichNothingHappens) {
  const time_point deadline = monotonic_clock().now() + duration::from_nanoseconds(300'000);
  int wait_count = 0;
  while (monotonic_clock().now() < deadline) {
    EXPECT_EQ(collect(deadline), 0U);
    ++wait_count;
  }
  EXPECT_LE(wait_count, 2);
}

TEST_P(Reactor, ManyResultsAtOnceAllCome) {
  std::vector<descriptor_pair> pairs;
  std::vector<std::unique_ptr<incoming>> operations;
  for (int index = 0; index < 50; ++index) {
    pairs.push_back(open_stream_pair());
    operations.push_back(std::make_unique<incoming>(pairs.back().left.get()));
    submit(*operations.back());
  }
  collect_now();
  for (const descriptor_pair& pair : pairs) put(pair.right.get(), "x");
  for (auto& operation : operations) finish(*operation);
}

}  // namespace

}  // namespace overlap::platform
