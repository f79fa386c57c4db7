// tests/asyncio/channel_close_test.cpp
//
// The ends of a channel: who notices that which of them was closed, and how.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(ChannelClose);

namespace {

using ::testing::ElementsAre;
using ::testing::Eq;

TEST_P(ChannelClose, WithoutSendersReceiversGetWhatIsLeftAndThenTheEnd) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(2);
    sender.send_nowait(1);
    sender.send_nowait(2);
    sender.close();

    EXPECT_EQ(co_await receiver.receive(), 1);
    EXPECT_EQ(receiver.receive_nowait(), 2);
    EXPECT_THROW(co_await receiver.receive(), end_of_channel);
    EXPECT_THROW(receiver.receive_nowait(), end_of_channel);
    EXPECT_THAT(co_await receiver.next(), Eq(std::nullopt));
    EXPECT_THAT(receiver.try_receive(), Eq(std::nullopt));
  });
}

TEST_P(ChannelClose, OnlyTheLastSenderEndsTheChannel) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(1);
    auto another = sender.clone();
    sender.close();
    co_await another.send(1);
    EXPECT_EQ(co_await receiver.receive(), 1);
    another.close();
    EXPECT_THROW(co_await receiver.receive(), end_of_channel);
  });
}

TEST_P(ChannelClose, TheEndWakesReceiversThatWait) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto receiving = create_task([&]() -> task<> { co_await ends.receiver.receive(); });
    auto looping = create_task([mine = ends.receiver.clone()]() mutable -> task<int> {
      int count = 0;
      while (auto item = co_await mine.next()) ++count;
      co_return count;
    });
    co_await wait_all_tasks_blocked();

    ends.sender.close();

    EXPECT_THROW(co_await receiving, end_of_channel);
    EXPECT_EQ(co_await looping, 0);
  });
}

TEST_P(ChannelClose, WithoutReceiversSendersGetAnErrorAndWhatWasInItIsDestroyed) {
  run_on_loop([&]() -> task<> {
    const auto original = std::make_shared<int>();
    auto ends = open_channel<std::shared_ptr<int>>(1);
    ends.sender.send_nowait(original);
    auto sending = create_task([&]() -> task<> { co_await ends.sender.send(original); });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(original.use_count(), 3);

    ends.receiver.close();

    EXPECT_EQ(original.use_count(), 2);
    EXPECT_THROW(co_await sending, broken_channel);
    EXPECT_EQ(original.use_count(), 1);
    EXPECT_THROW(co_await ends.sender.send(original), broken_channel);
    EXPECT_THROW(ends.sender.send_nowait(original), broken_channel);
    EXPECT_FALSE(ends.sender.try_send(original));
    EXPECT_EQ(original.use_count(), 1);
  });
}

TEST_P(ChannelClose, OnlyTheLastReceiverBreaksTheChannel) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(1);
    auto another = receiver.clone();
    receiver.close();
    co_await sender.send(1);
    EXPECT_EQ(co_await another.receive(), 1);
    another.close();
    EXPECT_THROW(co_await sender.send(2), broken_channel);
  });
}

TEST_P(ChannelClose, AClosedEndRefusesEverything) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(1);
    sender.close();
    sender.close();
    receiver.close();
    receiver.close();
    EXPECT_TRUE(sender.is_closed());
    EXPECT_TRUE(receiver.is_closed());
    EXPECT_THROW(co_await sender.send(1), closed_channel);
    EXPECT_THROW(sender.send_nowait(1), closed_channel);
    EXPECT_FALSE(sender.try_send(1));
    EXPECT_THROW(static_cast<void>(sender.clone()), closed_channel);
    EXPECT_THROW(static_cast<void>(sender.statistics()), closed_channel);
    EXPECT_THROW(co_await receiver.receive(), closed_channel);
    EXPECT_THROW(co_await receiver.next(), closed_channel);
    EXPECT_THROW(receiver.receive_nowait(), closed_channel);
    EXPECT_THAT(receiver.try_receive(), Eq(std::nullopt));
    EXPECT_THROW(static_cast<void>(receiver.clone()), closed_channel);
    EXPECT_THROW(static_cast<void>(receiver.statistics()), closed_channel);
  });
}

TEST_P(ChannelClose, ACancelledTaskIsStoppedEvenAtAClosedEnd) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>();
    sender.close();
    receiver.close();
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await sender.send(1);
    });
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await receiver.receive();
    });
  });
}

TEST_P(ChannelClose, ClosingAnEndWakesThoseWhoWaitThroughItAndNobodyElse) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto another = ends.receiver.clone();
    auto through_it = create_task([&]() -> task<> { co_await ends.receiver.receive(); });
    auto looping = create_task([&]() -> task<> { co_await ends.receiver.next(); });
    auto through_another = create_task([&]() -> task<int> { co_return co_await another.receive(); });
    co_await wait_all_tasks_blocked();

    ends.receiver.close();

    EXPECT_THROW(co_await through_it, closed_channel);
    EXPECT_THROW(co_await looping, closed_channel) << "it is a mistake, not the end of the items";
    EXPECT_FALSE(through_another.done());
    co_await ends.sender.send(1);
    EXPECT_EQ(co_await through_another, 1);
  });
}

TEST_P(ChannelClose, ClosingASenderWakesThoseWhoWaitThroughItAndTheirItemsAreNotSent) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto another = ends.sender.clone();
    auto through_it = create_task([&]() -> task<> { co_await ends.sender.send(1); });
    auto through_another = create_task([&]() -> task<> { co_await another.send(2); });
    co_await wait_all_tasks_blocked();

    ends.sender.close();

    EXPECT_THROW(co_await through_it, closed_channel);
    EXPECT_EQ(co_await ends.receiver.receive(), 2);
    co_await through_another;
  });
}

TEST_P(ChannelClose, AnEndThatIsDestroyedIsClosed) {
  run_on_loop([&]() -> task<> {
    std::optional<channel<int>> ends = open_channel<int>();
    auto receiver = std::move(ends->receiver);
    EXPECT_TRUE(ends->receiver.is_closed());
    auto sending = create_task([&]() -> task<> { co_await ends->sender.send(1); });
    auto receiving = create_task([&]() -> task<> {
      co_await receiver.receive();
      note("received");
      co_await receiver.receive();
    });
    co_await sending;

    ends.reset();

    EXPECT_THROW(co_await receiving, end_of_channel);
  });

  EXPECT_THAT(log(), ElementsAre("received"));
}

TEST_P(ChannelClose, AssigningAnEndClosesTheOneItHad) {
  run_on_loop([&]() -> task<> {
    auto first = open_channel<int>(1);
    auto second = open_channel<int>(1);
    first.sender = std::move(second.sender);
    EXPECT_THROW(co_await first.receiver.receive(), end_of_channel);
    co_await first.sender.send(1);
    EXPECT_EQ(co_await second.receiver.receive(), 1);
    second.receiver = std::move(first.receiver);
    EXPECT_THROW(co_await first.sender.send(2), broken_channel);
  });
}

TEST_P(ChannelClose, AllEndsMayGoWhileATaskThatWasServedHasNotGoneOnYet) {
  run_on_loop([&]() -> task<> {
    std::optional<channel<std::string>> ends = open_channel<std::string>();
    auto receiving = create_task([&]() -> task<std::string> { co_return co_await ends->receiver.receive(); });
    co_await wait_all_tasks_blocked();
    ends->sender.send_nowait("served");

    ends.reset();

    EXPECT_EQ(co_await receiving, "served");
  });
}

TEST_P(ChannelClose, AnItemMayHoldEndsOfItsOwnChannel) {
  const auto alive = std::make_shared<int>();
  run_on_loop([&]() -> task<> {
    struct self_holder {
      self_holder(channel_sender<self_holder>* its_end, std::shared_ptr<int> its_life)
          : end(its_end), life(std::move(its_life)) {}
      std::unique_ptr<channel_sender<self_holder>> end;
      std::shared_ptr<int> life;
    };
    auto [sender, receiver] = open_channel<self_holder>(1);
    sender.send_nowait(self_holder(new channel_sender<self_holder>(sender.clone()), alive));
    sender.close();
    EXPECT_EQ(alive.use_count(), 2);
    receiver.close();
    EXPECT_EQ(alive.use_count(), 1);
    co_return;
  });
}

TEST_P(ChannelClose, WhatNobodyReceivedIsDestroyedWithTheChannel) {
  const auto original = std::make_shared<int>();
  {
    auto [sender, receiver] = open_channel<std::shared_ptr<int>>(10);
    for (int i = 0; i < 10; ++i) sender.send_nowait(original);
    EXPECT_EQ(original.use_count(), 11);
  }
  EXPECT_EQ(original.use_count(), 1);
}

}  // namespace
}  // namespace overlap::asyncio
