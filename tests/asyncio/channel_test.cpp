// tests/asyncio/channel_test.cpp
//
// Items on their way from senders to receivers. What closing does is in channel_close_test.cpp.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {

OVERLAP_LOOP_SUITE(Channel);

namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pointee;

TEST_P(Channel, PassesItemsInOrder) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(3);
    for (int i = 0; i < 3; ++i) co_await sender.send(i);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await receiver.receive(), i);
  });
}

TEST_P(Channel, WithoutCapacityASendWaitsUntilItsItemIsTaken) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto sending = create_task([&]() -> task<> {
      co_await ends.sender.send(1);
      note("sent");
    });
    co_await wait_all_tasks_blocked();
    EXPECT_THAT(log(), IsEmpty());
    EXPECT_EQ(ends.sender.statistics().items, 0U);
    EXPECT_EQ(ends.sender.statistics().tasks_sending, 1U);

    EXPECT_EQ(co_await ends.receiver.receive(), 1);
    co_await sending;
  });

  EXPECT_THAT(log(), ElementsAre("sent"));
}

TEST_P(Channel, WithoutCapacityASendGoesStraightToAReceiverThatWaits) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto receiving = create_task([&]() -> task<int> { co_return co_await ends.receiver.receive(); });
    EXPECT_THROW(ends.sender.send_nowait(0), would_block);
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(ends.sender.statistics().tasks_receiving, 1U);

    ends.sender.send_nowait(1);

    EXPECT_THROW(ends.sender.send_nowait(2), would_block) << "he has got one";
    EXPECT_EQ(co_await receiving, 1);
  });
}

TEST_P(Channel, ASendWaitsWhileTheChannelIsFull) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>(1);
    co_await ends.sender.send(1);
    auto second = create_task([&]() -> task<> { co_await ends.sender.send(2); });
    auto third = create_task([&]() -> task<> { co_await ends.sender.send(3); });
    co_await wait_all_tasks_blocked();
    EXPECT_FALSE(second.done());

    EXPECT_EQ(ends.receiver.receive_nowait(), 1);
    co_await second;
    EXPECT_FALSE(third.done());
    EXPECT_EQ(co_await ends.receiver.receive(), 2);
    EXPECT_EQ(co_await ends.receiver.receive(), 3);
    co_await third;
  });
}

TEST_P(Channel, AnUnboundedOneNeverMakesASenderWait) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<int>(unbounded);
    for (int i = 0; i < 10'000; ++i) sender.send_nowait(i);
    EXPECT_EQ(receiver.statistics().items, 10'000U);
    EXPECT_EQ(receiver.statistics().most_items, 10'000U);
    EXPECT_EQ(co_await receiver.receive(), 0);
  });
}

TEST_P(Channel, NowaitFormsThrowAndTryFormsTell) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<std::unique_ptr<int>>(1);
    EXPECT_THROW(receiver.receive_nowait(), would_block);
    EXPECT_THAT(receiver.try_receive(), Eq(std::nullopt));

    sender.send_nowait(std::make_unique<int>(1));
    auto kept = std::make_unique<int>(2);
    EXPECT_THROW(sender.send_nowait(std::move(kept)), would_block);
    EXPECT_FALSE(sender.try_send(std::move(kept)));
    EXPECT_THAT(kept, Pointee(2));

    EXPECT_THAT(receiver.try_receive(), Optional(Pointee(1)));
    EXPECT_TRUE(sender.try_send(std::move(kept)));
    EXPECT_THAT(receiver.receive_nowait(), Pointee(2));
    co_return;
  });
}

TEST_P(Channel, ACopyIsMadeOnlyIfThereIsRoom) {
  run_on_loop([&]() -> task<> {
    auto [sender, receiver] = open_channel<std::shared_ptr<int>>(1);
    const auto original = std::make_shared<int>();
    EXPECT_TRUE(sender.try_send(original));
    EXPECT_FALSE(sender.try_send(original));
    EXPECT_THROW(sender.send_nowait(original), would_block);
    EXPECT_EQ(original.use_count(), 2);
    EXPECT_EQ(receiver.receive_nowait(), original);
    co_return;
  });
}

TEST_P(Channel, EachItemGoesToOneOfItsReceivers) {
  run_on_loop([&]() -> task<> {
    std::vector<int> seen(300);
    auto [sender, receiver] = open_channel<int>();
    co_await with(task_group(), [&](task_group& group) -> task<> {
      for (int i = 0; i < 3; ++i) {
        group.create_task([&, mine = sender.clone(), i]() mutable -> task<> {
          for (int j = 0; j < 100; ++j) co_await mine.send(i * 100 + j);
          mine.close();
        });
        group.create_task([&, mine = receiver.clone()]() mutable -> task<> {
          while (auto item = co_await mine.next()) ++seen[static_cast<std::size_t>(*item)];
        });
      }
      sender.close();
      co_return;
    });
    EXPECT_THAT(seen, Each(1));
  });
}

TEST_P(Channel, TellsWhatItIsDoing) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>(2);
    const auto another = ends.sender.clone();
    co_await ends.sender.send(1);
    const channel_statistics now = ends.receiver.statistics();
    EXPECT_EQ(now.items, 1U);
    EXPECT_EQ(now.capacity, 2U);
    EXPECT_EQ(now.open_senders, 2U);
    EXPECT_EQ(now.open_receivers, 1U);
    EXPECT_EQ(now.tasks_sending, 0U);
    EXPECT_EQ(now.tasks_receiving, 0U);
  });
}

TEST_P(Channel, ACancelledSendHasNotSent) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto sending = create_task([&]() -> task<> { co_await ends.sender.send(1); });
    co_await wait_all_tasks_blocked();

    sending.cancel();

    EXPECT_THAT(ends.receiver.try_receive(), Eq(std::nullopt));
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(sending.cancelled());
    EXPECT_EQ(ends.sender.statistics().tasks_sending, 0U);
  });
}

TEST_P(Channel, ACancelledReceiveLosesNothing) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>(1);
    auto receiving = create_task([&]() -> task<> { co_await ends.receiver.receive(); });
    co_await wait_all_tasks_blocked();

    receiving.cancel();
    ends.sender.send_nowait(1);

    EXPECT_EQ(co_await ends.receiver.receive(), 1);
  });
}

// Taken over and cancelled in the same turn, on both sides: it has happened.
TEST_P(Channel, WhatHappenedInTheTurnOfTheCancelIsDelivered) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>();
    auto sending = create_task([&]() -> task<> {
      co_await ends.sender.send(1);
      note("sent");
      co_await sleep(1h);
    });
    co_await wait_all_tasks_blocked();
    EXPECT_EQ(ends.receiver.receive_nowait(), 1);
    sending.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(sending.cancelled());

    auto receiving = create_task([&]() -> task<> {
      note("received " + std::to_string(co_await ends.receiver.receive()));
      co_await sleep(1h);
    });
    co_await wait_all_tasks_blocked();
    ends.sender.send_nowait(2);
    receiving.cancel();
    co_await wait_all_tasks_blocked();
    EXPECT_TRUE(receiving.cancelled());
  });

  EXPECT_THAT(log(), ElementsAre("sent", "received 2"));
}

TEST_P(Channel, InACancelledScopeNothingIsSentAndNothingReceived) {
  run_on_loop([&]() -> task<> {
    auto ends = open_channel<int>(2);
    ends.sender.send_nowait(1);
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await ends.receiver.receive();
      note("received");
    });
    co_await with(cancel_scope(), [&](cancel_scope& scope) -> task<> {
      scope.cancel();
      co_await ends.sender.send(2);
      note("sent");
    });
    EXPECT_EQ(ends.sender.statistics().items, 1U);
  });

  EXPECT_THAT(log(), IsEmpty());
}

// The seed of every request with an answer: the item carries the way back.
TEST_P(Channel, AnItemMayCarryAChannel) {
  run_on_loop([&]() -> task<> {
    struct question {
      question(int asked, channel_sender<int> back) : number(asked), answer(std::move(back)) {}
      int number;
      channel_sender<int> answer;
    };
    auto [sender, receiver] = open_channel<question>();
    auto server = create_task([mine = std::move(receiver)]() mutable -> task<> {
      while (auto asked = co_await mine.next()) co_await asked->answer.send(asked->number * 2);
    });
    auto [answer, answers] = open_channel<int>();
    co_await sender.send(question(21, answer.clone()));
    EXPECT_EQ(co_await answers.receive(), 42);
    sender.close();
    co_await server;
  });
}

}  // namespace
}  // namespace overlap::asyncio
