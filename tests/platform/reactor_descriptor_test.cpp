// tests/platform/reactor_descriptor_test.cpp
//
// Several operations on one descriptor, and descriptors whose number passes to another file while the
// reactor still remembers the old one.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

class ReactorDescriptor : public ReactorTest {
 protected:
  // Lets the reactor know `fd` by waiting on it in vain.
  void let_it_wait(int fd) {
    incoming operation(fd);
    submit(operation);
    collect_now();
    cancel(operation);
    finish(operation);
  }
};
INSTANTIATE_TEST_SUITE_P(All, ReactorDescriptor, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(ReactorDescriptor, AReaderAndAWriterWaitTogether) {
  const descriptor_pair sockets = open_stream_pair();
  const std::string block(4096, 'x');
  while (::send(sockets.left.get(), block.data(), block.size(), MSG_DONTWAIT) > 0) {
  }
  incoming receiving(sockets.left.get());
  outgoing sending(sockets.left.get(), "late");
  submit(receiving);
  submit(sending);
  collect_now();
  put(sockets.right.get(), "in");
  finish(receiving);
  EXPECT_EQ(receiving.text(), "in");
  EXPECT_EQ(sending.times_back, 0);
  std::vector<char> room(1U << 20U);
  while (::recv(sockets.right.get(), room.data(), room.size(), MSG_DONTWAIT) > 0) {
  }
  finish(sending);
  EXPECT_EQ(sending.result, 4);
}

TEST_P(ReactorDescriptor, ManyPollsOfOneDescriptorAllComeBack) {
  const descriptor_pair sockets = open_stream_pair();
  std::vector<std::unique_ptr<readiness>> polls;
  for (int index = 0; index < 10; ++index) {
    polls.push_back(std::make_unique<readiness>(sockets.left.get(), index % 2 == 0 ? POLLIN : POLLRDHUP));
    submit(*polls.back());
  }
  collect_now();
  put(sockets.right.get(), "x");
  for (int index = 0; index < 10; index += 2) finish(*polls[static_cast<std::size_t>(index)]);
  for (int index = 1; index < 10; index += 2) {
    EXPECT_EQ(polls[static_cast<std::size_t>(index)]->times_back, 0);
  }
  ASSERT_EQ(::shutdown(sockets.right.get(), SHUT_WR), 0);
  for (auto& operation : polls) finish(*operation);
}

TEST_P(ReactorDescriptor, AHangUpEndsEveryoneThatWaits) {
  descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  readiness polling(sockets.left.get(), POLLIN);
  readiness nothing_asked(sockets.left.get(), 0);
  submit(receiving);
  submit(polling);
  submit(nothing_asked);
  collect_now();
  sockets.right.reset();
  finish(receiving);
  finish(polling);
  finish(nothing_asked);
  EXPECT_EQ(receiving.result, 0);
  EXPECT_TRUE(polling.result & POLLHUP);
  EXPECT_EQ(nothing_asked.result, POLLHUP);
}

TEST_P(ReactorDescriptor, EveryMessageReachesExactlyOneOfManyReaders) {
  const descriptor_pair sockets = open_socket_pair(SOCK_SEQPACKET);
  std::vector<std::unique_ptr<incoming>> readers;
  for (int index = 0; index < 100; ++index) {
    readers.push_back(std::make_unique<incoming>(sockets.left.get()));
    submit(*readers.back());
  }
  collect_now();
  std::multiset<std::string> received;
  for (int number = 0; number < 50; ++number) {
    put(sockets.right.get(), std::to_string(number));
    if (number % 3 == 0) collect_now();
  }
  for (std::size_t index = 0; index < readers.size(); index += 2) {
    if (readers[index]->times_back == 0) cancel(*readers[index]);
  }
  const auto take_received = [&] {
    received.clear();
    for (auto& reader : readers) {
      if (reader->times_back != 0 && reader->result > 0) received.insert(std::string(reader->text()));
    }
  };
  take_received();
  while (received.size() < 50 && reactor_->pending() != 0) {
    collect(time_point::never());
    take_received();
  }
  for (auto& reader : readers) {
    if (reader->times_back == 0) cancel(*reader);
  }
  while (reactor_->pending() != 0) collect(time_point::never());
  take_received();
  std::array<char, 16> room{};
  for (;;) {
    const ssize_t length = ::recv(sockets.left.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (length <= 0) break;
    received.insert(std::string(room.data(), static_cast<std::size_t>(length)));
  }
  EXPECT_EQ(received.size(), 50U);
  EXPECT_EQ(std::set<std::string>(received.begin(), received.end()).size(), 50U);
}

TEST_P(ReactorDescriptor, ANumberThatPassedToAnotherSocketWorksAgain) {
  for (int round = 0; round < 5; ++round) {
    descriptor_pair old_sockets = open_stream_pair();
    const int number = old_sockets.left.get();
    let_it_wait(number);
    old_sockets.left.reset();
    const descriptor_pair new_sockets = open_stream_pair();
    ASSERT_EQ(new_sockets.left.get(), number);
    incoming receiving(number);
    EXPECT_FALSE(submit(receiving));
    put(new_sockets.right.get(), "new");
    finish(receiving);
    EXPECT_EQ(receiving.text(), "new");
  }
}

TEST_P(ReactorDescriptor, ANumberThatPassedToAFileWorksAgain) {
  descriptor_pair sockets = open_stream_pair();
  const int number = sockets.left.get();
  let_it_wait(number);
  sockets.left.reset();
  const file_descriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(file.get(), number);
  readiness polling(number, POLLIN);
  EXPECT_EQ(run(polling), POLLIN);
}

TEST_P(ReactorDescriptor, TheOldFileOfANumberIsNotTakenForTheNewOne) {
  // A duplicate keeps the old socket open, and with it what the kernel knows of its former number.
  descriptor_pair old_sockets = open_stream_pair();
  const int number = old_sockets.left.get();
  let_it_wait(number);
  const file_descriptor duplicate(::fcntl(number, F_DUPFD_CLOEXEC, 100));
  old_sockets.left.reset();
  const descriptor_pair new_sockets = open_stream_pair();
  ASSERT_EQ(new_sockets.left.get(), number);
  readiness polling(number, POLLIN);
  EXPECT_FALSE(submit(polling));
  put(old_sockets.right.get(), "for the old one");
  collect_now();
  collect_now();
  EXPECT_EQ(polling.times_back, 0);
  put(new_sockets.right.get(), "x");
  finish(polling);
}

TEST_P(ReactorDescriptor, AForgottenOperationDoesNotDisturbTheNextOwnerOfItsNumber) {
  // Closing under a waiting operation breaks a rule. Both still come back once, with their own file's data.
  descriptor_pair old_sockets = open_stream_pair();
  const int number = old_sockets.left.get();
  incoming forgotten(number);
  submit(forgotten);
  collect_now();
  old_sockets.left.reset();
  const descriptor_pair new_sockets = open_stream_pair();
  ASSERT_EQ(new_sockets.left.get(), number);
  incoming receiving(number);
  submit(receiving);
  put(new_sockets.right.get(), "new");
  finish(receiving);
  EXPECT_EQ(receiving.text(), "new");
  if (forgotten.times_back == 0) cancel(forgotten);
  finish(forgotten);
  EXPECT_LT(forgotten.result, 0);
}

// io_uring keeps the old file open for a forgotten operation; epoll cannot, but notices.
class EpollDescriptor : public ReactorDescriptor {};
INSTANTIATE_TEST_SUITE_P(All, EpollDescriptor, testing::Values(reactor_kinds[0]), name_of);

TEST_P(EpollDescriptor, AForgottenOperationComesBackOnceItIsNoticed) {
  for (const bool has_new_file : {false, true}) {
    descriptor_pair sockets = open_stream_pair();
    const int number = sockets.left.get();
    incoming forgotten(number);
    submit(forgotten);
    collect_now();
    sockets.left.reset();
    file_descriptor file;
    if (has_new_file) file.reset(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    readiness polling(number, POLLIN);
    EXPECT_EQ(run(polling), has_new_file ? POLLIN : -EBADF);
    finish(forgotten);
    EXPECT_EQ(forgotten.result, -EBADF);
  }
}

TEST_P(ReactorDescriptor, AForgottenOperationComesBackWhenANewOneFindsNoFile) {
  descriptor_pair sockets = open_stream_pair();
  const int number = sockets.left.get();
  incoming forgotten(number);
  submit(forgotten);
  collect_now();
  sockets.left.reset();
  readiness polling(number, POLLIN);
  EXPECT_EQ(run(polling), -EBADF);
  if (forgotten.times_back == 0) cancel(forgotten);
  finish(forgotten);
  EXPECT_LT(forgotten.result, 0);
}

}  // namespace

}  // namespace overlap::platform
