// tests/platform/reactor_host_test.cpp
//
// A reactor inside somebody else's loop, which sleeps on pollable_descriptor().

#include <poll.h>
#include <sys/mman.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

// A host loop: sleeps on the descriptor only, and looks until there is nothing more.
class ReactorHost : public ReactorTest {
 protected:
  void SetUp() override {
    ReactorTest::SetUp();
    if (reactor_ == nullptr) return;
    descriptor_.fd = reactor_->pollable_descriptor();
    look();
  }
  bool is_readable() { return ::poll(&descriptor_, 1, 0) == 1; }
  void look() {
    while (is_readable()) collect_now();
  }
  void sleep_and_look() {
    EXPECT_EQ(::poll(&descriptor_, 1, -1), 1);
    look();
  }
  pollfd descriptor_{-1, POLLIN, 0};
};
INSTANTIATE_TEST_SUITE_P(All, ReactorHost, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(ReactorHost, SeesWhatArrives) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  look();
  EXPECT_EQ(operation.times_back, 0);
  put(sockets.right.get(), "x");
  while (operation.times_back == 0) sleep_and_look();
  EXPECT_FALSE(is_readable());
}

TEST_P(ReactorHost, SeesWhatIsCancelled) {
  const descriptor_pair sockets = open_stream_pair();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<incoming>> operations;
    for (int index = 0; index < round; ++index) {
      operations.push_back(std::make_unique<incoming>(sockets.left.get()));
      submit(*operations.back());
      if (index % 2 == 0) look();
    }
    for (auto& operation : operations) cancel(*operation);
    while (reactor_->pending() != 0) sleep_and_look();
  }
}

TEST_P(ReactorHost, SeesManyResultsAtOnce) {
  std::vector<descriptor_pair> pairs;
  std::vector<std::unique_ptr<incoming>> operations;
  for (int index = 0; index < 100; ++index) {
    pairs.push_back(open_stream_pair());
    operations.push_back(std::make_unique<incoming>(pairs.back().left.get()));
    submit(*operations.back());
  }
  look();
  for (const descriptor_pair& pair : pairs) put(pair.right.get(), "x");
  while (reactor_->pending() != 0) sleep_and_look();
}

TEST_P(ReactorHost, SeesEveryWake) {
  for (int round = 0; round < 10; ++round) {
    EXPECT_FALSE(is_readable());
    reactor_->wake();
    sleep_and_look();
  }
}

TEST_P(ReactorHost, WakesUpFromItsSleep) {
  const descriptor_pair sockets = open_stream_pair();
  constexpr int round_count = 500;
  std::atomic<int> collected{0};
  std::thread other([&] {
    for (int round = 0; round < round_count; ++round) {
      put(sockets.right.get(), "x");
      while (collected.load() == round) std::this_thread::yield();
    }
  });
  for (int round = 0; round < round_count; ++round) {
    incoming operation(sockets.left.get());
    submit(operation);
    while (operation.times_back == 0) sleep_and_look();
    collected.store(round + 1);
  }
  other.join();
}

TEST_P(ReactorHost, SeesFileWritesThatWorkersOfTheKernelMake) {
  const file_descriptor file(::memfd_create("reactor test", MFD_CLOEXEC));
  for (int round = 0; round < 200; ++round) {
    outgoing operation(file.get(), "0123456789", io_kind::write);
    operation.offset = 100;
    submit(operation);
    while (operation.times_back == 0) sleep_and_look();
    EXPECT_EQ(operation.result, 10);
  }
}

}  // namespace

}  // namespace overlap::platform
