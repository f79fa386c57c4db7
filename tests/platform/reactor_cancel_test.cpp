// tests/platform/reactor_cancel_test.cpp
//
// Every operation comes back exactly once, however its cancellation and its completion meet.

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "platform/reactor_fixture.hpp"

namespace overlap::platform {

namespace {

class ReactorCancel : public ReactorTest {};
INSTANTIATE_TEST_SUITE_P(All, ReactorCancel, testing::ValuesIn(reactor_kinds), name_of);

TEST_P(ReactorCancel, EveryKindOfWaitingOperationComesBackCancelled) {
  const descriptor_pair sockets = open_stream_pair();
  const descriptor_pair pipe = open_pipe();
  const descriptor_pair full_pipe = open_pipe();
  const bound_socket listener = open_listener();
  const std::string block(4096, 'x');
  while (::write(full_pipe.right.get(), block.data(), block.size()) > 0) {
  }
  incoming receiving(sockets.left.get());
  incoming reading(pipe.left.get(), io_kind::read);
  outgoing writing(full_pipe.right.get(), "late", io_kind::write);
  request accepting(io_kind::accept, listener.descriptor.get());
  readiness polling(sockets.right.get(), POLLIN);
  for (request* operation : {static_cast<request*>(&receiving), static_cast<request*>(&reading),
                             static_cast<request*>(&writing), &accepting, static_cast<request*>(&polling)}) {
    ASSERT_FALSE(submit(*operation));
    cancel(*operation);
    finish(*operation);
    EXPECT_EQ(operation->result, -ECANCELED);
  }
}

TEST_P(ReactorCancel, AnOperationThatTheKernelAlreadyHasComesBackCancelled) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  collect_now();
  cancel(operation);
  EXPECT_EQ(reactor_->pending(), 1U);
  finish(operation);
  EXPECT_EQ(operation.result, -ECANCELED);
  EXPECT_EQ(collect_now(), 0U);
}

TEST_P(ReactorCancel, CancellingTwiceIsCancellingOnce) {
  const descriptor_pair sockets = open_stream_pair();
  incoming operation(sockets.left.get());
  submit(operation);
  cancel(operation);
  cancel(operation);
  collect_now();
  if (operation.times_back == 0) cancel(operation);
  finish(operation);
  EXPECT_EQ(collect_now(), 0U);
}

TEST_P(ReactorCancel, ACancelledOperationTookNothing) {
  const descriptor_pair sockets = open_stream_pair();
  incoming cancelled(sockets.left.get());
  submit(cancelled);
  collect_now();
  cancel(cancelled);
  finish(cancelled);
  ASSERT_EQ(cancelled.result, -ECANCELED);
  put(sockets.right.get(), "still here");
  incoming next(sockets.left.get());
  run(next);
  EXPECT_EQ(next.text(), "still here");
}

TEST_P(ReactorCancel, WhatHadHappenedBeforeTheCancelIsNotLost) {
  const descriptor_pair sockets = open_stream_pair();
  incoming first(sockets.left.get());
  submit(first);
  collect_now();
  put(sockets.right.get(), "data");
  cancel(first);
  finish(first);
  if (first.result == -ECANCELED) {
    incoming second(sockets.left.get());
    run(second);
    EXPECT_EQ(second.text(), "data");
  } else {
    EXPECT_EQ(first.text(), "data");
  }
}

TEST_P(ReactorCancel, ACompletionThatWasNotCollectedYetBeatsTheCancel) {
  // Two operations become ready together; the first one's collector cancels the second, which has its
  // result already or still waits. It must come back once, and its byte must be somewhere.
  for (int round = 0; round < 100; ++round) {
    const descriptor_pair one = open_stream_pair();
    const descriptor_pair two = open_stream_pair();
    incoming first(one.left.get());
    incoming second(two.left.get());
    submit(first);
    submit(second);
    if (round % 2 == 0) collect_now();
    put(one.right.get(), "1");
    put(two.right.get(), "2");
    collect(time_point::never());
    if (second.times_back == 0) cancel(second);
    finish(first);
    finish(second);
    if (second.result == -ECANCELED) {
      incoming rest(two.left.get());
      run(rest);
      EXPECT_EQ(rest.text(), "2");
    } else {
      EXPECT_EQ(second.text(), "2");
    }
  }
}

TEST_P(ReactorCancel, ACancelNeverHitsTheNextOperationAtTheSameAddress) {
  const descriptor_pair sockets = open_stream_pair();
  alignas(incoming) std::array<std::byte, sizeof(incoming)> place{};
  for (int round = 0; round < 200; ++round) {
    auto* first = new (place.data()) incoming(sockets.left.get());
    submit(*first);
    if (round % 3 == 0) collect_now();
    put(sockets.right.get(), "a");
    if (round % 2 == 0 && first->times_back == 0) cancel(*first);
    finish(*first);
    std::string all(first->text());
    first->~incoming();

    auto* second = new (place.data()) incoming(sockets.left.get());
    submit(*second);
    if (second->times_back == 0) collect_now();
    put(sockets.right.get(), "b");
    while (second->times_back == 0) collect(time_point::never());
    ASSERT_NE(second->result, -ECANCELED);
    all += second->text();
    second->~incoming();
    while (all.size() < 2) {
      incoming rest(sockets.left.get());
      run(rest);
      all += rest.text();
    }
    EXPECT_EQ(all, "ab");
  }
}

TEST_P(ReactorCancel, OneOfTwoOnADescriptorIsCancelledAndTheOtherGoesOn) {
  const descriptor_pair sockets = open_stream_pair();
  incoming receiving(sockets.left.get());
  readiness polling(sockets.left.get(), POLLIN);
  submit(receiving);
  submit(polling);
  collect_now();
  cancel(receiving);
  finish(receiving);
  EXPECT_EQ(receiving.result, -ECANCELED);
  put(sockets.right.get(), "x");
  finish(polling);
  EXPECT_EQ(polling.result, POLLIN);
}

// Ten thousand at once, with rings of 256 and of four entries: most operations and most cancel requests
// have to queue for an entry.
TEST_P(ReactorCancel, TenThousandOperationsAllComeBackCancelled) {
  constexpr std::size_t pair_count = 100;
  constexpr std::size_t operations_per_pair = 100;
  std::vector<descriptor_pair> pairs;
  for (std::size_t index = 0; index < pair_count; ++index) pairs.push_back(open_stream_pair());
  std::vector<std::unique_ptr<request>> operations;
  for (std::size_t index = 0; index < pair_count * operations_per_pair; ++index) {
    const int fd = pairs[index % pair_count].left.get();
    if (index / pair_count % 2 == 0)
      operations.push_back(std::make_unique<incoming>(fd));
    else
      operations.push_back(std::make_unique<readiness>(fd, POLLIN));
    ASSERT_FALSE(submit(*operations.back()));
    if (index == 3000) collect_now();  // some are in the kernel, the others queue
  }
  EXPECT_EQ(reactor_->pending(), operations.size());
  for (auto& operation : operations) cancel(*operation);
  while (reactor_->pending() != 0) collect(time_point::never());
  for (auto& operation : operations) {
    ASSERT_EQ(operation->times_back, 1);
    ASSERT_EQ(operation->result, -ECANCELED);
  }
}

TEST_P(ReactorCancel, TenThousandOperationsAllComplete) {
  constexpr std::size_t pair_count = 100;
  constexpr std::size_t operations_per_pair = 100;
  std::vector<descriptor_pair> pairs;
  std::vector<std::unique_ptr<request>> operations;
  for (std::size_t index = 0; index < pair_count; ++index) {
    pairs.push_back(open_stream_pair());
    for (std::size_t number = 0; number < operations_per_pair; ++number) {
      operations.push_back(std::make_unique<readiness>(pairs.back().left.get(), POLLIN));
      ASSERT_FALSE(submit(*operations.back()));
    }
  }
  collect_now();
  for (const descriptor_pair& pair : pairs) put(pair.right.get(), "x");
  while (reactor_->pending() != 0) collect(time_point::never());
  for (auto& operation : operations) {
    ASSERT_EQ(operation->times_back, 1);
    ASSERT_EQ(operation->result, POLLIN);
  }
}

TEST_P(ReactorCancel, AWaitThatHasACancelledOneToDeliverDoesNotSleep) {
  const descriptor_pair sockets = open_stream_pair();
  std::vector<std::unique_ptr<incoming>> operations;
  for (int index = 0; index < 10; ++index) {
    operations.push_back(std::make_unique<incoming>(sockets.left.get()));
    submit(*operations.back());
  }
  // From the last, which may not even have reached the kernel, to the first.
  while (!operations.empty()) {
    cancel(*operations.back());
    finish(*operations.back());
    EXPECT_EQ(operations.back()->result, -ECANCELED);
    operations.pop_back();
  }
}

TEST_P(ReactorCancel, SubmittingAndCancellingAtOnceAlwaysComesBackOnce) {
  const descriptor_pair sockets = open_stream_pair();
  std::vector<std::unique_ptr<incoming>> operations;
  for (int round = 0; round < 500; ++round) {
    operations.push_back(std::make_unique<incoming>(sockets.left.get()));
    submit(*operations.back());
    if (round % 2 == 0) cancel(*operations.back());
    if (round % 7 == 0) collect_now();
  }
  for (auto& operation : operations) {
    if (operation->times_back == 0) cancel(*operation);
  }
  while (reactor_->pending() != 0) collect(time_point::never());
  for (auto& operation : operations) EXPECT_EQ(operation->times_back, 1);
}

}  // namespace

}  // namespace overlap::platform
