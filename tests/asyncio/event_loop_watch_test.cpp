// tests/asyncio/event_loop_watch_test.cpp
//
// add_reader and add_writer: called while the descriptor is ready, replaced, removed, refused.

#include <stdexcept>

#include <overlap/base/context_var.hpp>
#include <overlap/base/error.hpp>
#include <overlap/base/exception_group.hpp>

#include "asyncio/group_errors.hpp"
#include "asyncio/live_counter.hpp"
#include "asyncio/socket_fixture.hpp"

namespace overlap::asyncio {
namespace {

using platform::make_pipe;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a callback opens and a task waits for.
class gate {
 public:
  void open() { permit_.reset(); }
  task<> passed() { static_cast<void>(co_await semaphore_.acquire()); }

 private:
  semaphore semaphore_{1};
  std::optional<semaphore::permit> permit_ = semaphore_.try_acquire();
};

void send_text(int fd, std::string_view text) {
  EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

/// Up to `bytes`; "" at the end of the stream or if there is nothing.
std::string take_text(int fd, std::size_t bytes) {
  std::string text(bytes, '\0');
  const ssize_t count = ::read(fd, text.data(), bytes);
  text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return text;
}

/// The kernel is asked about all watched descriptors, and who was ready has been called.
task<> look_around() {
  const auto [read_end, write_end] = make_pipe();
  for (int round = 0; round < 3; ++round) {
    send_text(write_end.get(), "x");
    gate called;
    get_running_loop().add_reader(read_end.get(), [&] {
      take_text(read_end.get(), 1);
      called.open();
    });
    co_await called.passed();
    get_running_loop().remove_reader(read_end.get());
  }
}

OVERLAP_SOCKET_SUITE(EventLoopWatch);

TEST_P(EventLoopWatch, AReaderIsCalledUntilEverythingIsRead) {
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    event_loop loop = get_running_loop();
    loop.add_reader(left.get(), [&] {
      note(take_text(left.get(), 1));
      if (log().size() == 3) done.open();
    });
    send_text(right.get(), "abc");
    co_await done.passed();
    co_await look_around();
    EXPECT_TRUE(loop.remove_reader(left.get()));
  });

  EXPECT_THAT(log(), ElementsAre("a", "b", "c"));
}

TEST_P(EventLoopWatch, AReaderOfAnEmptyDescriptorIsNotCalled) {
  const auto [read_end, write_end] = make_pipe();
  run_on_loop([&]() -> task<> {
    get_running_loop().add_reader(read_end.get(), [&] { note("called"); });
    co_await look_around();
    EXPECT_TRUE(get_running_loop().remove_reader(read_end.get()));
  });

  EXPECT_THAT(log(), IsEmpty());
}

TEST_P(EventLoopWatch, AReaderIsToldOfTheEndOfTheStream) {
  auto [read_end, write_end] = make_pipe();
  run_on_loop([&]() -> task<> {
    gate done;
    get_running_loop().add_reader(read_end.get(), [&] {
      note("end:" + take_text(read_end.get(), 10));
      get_running_loop().remove_reader(read_end.get());
      done.open();
    });
    write_end.reset();
    co_await done.passed();
  });

  EXPECT_THAT(log(), ElementsAre("end:"));
}

TEST_P(EventLoopWatch, AWriterIsCalledWhenThereIsRoom) {
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    event_loop loop = get_running_loop();
    const std::size_t filled = fill(left.get());
    loop.add_writer(left.get(), [&] {
      note("room");
      loop.remove_writer(left.get());
      done.open();
    });
    co_await look_around();
    EXPECT_THAT(log(), IsEmpty());
    for (std::size_t left_over = filled; left_over > 0;)
      left_over -= take_text(right.get(), left_over).size();
    co_await done.passed();
  });

  EXPECT_THAT(log(), ElementsAre("room"));
}

TEST_P(EventLoopWatch, ReaderAndWriterOfOneDescriptorAreIndependent) {
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate read;
    gate written;
    event_loop loop = get_running_loop();
    loop.add_reader(left.get(), [&] {
      note("read " + take_text(left.get(), 10));
      read.open();
    });
    loop.add_writer(left.get(), [&] {
      note("write");
      EXPECT_TRUE(loop.remove_writer(left.get()));
      written.open();
    });
    co_await written.passed();
    send_text(right.get(), "answer");
    co_await read.passed();
    EXPECT_FALSE(loop.remove_writer(left.get()));
    EXPECT_TRUE(loop.remove_reader(left.get()));
  });

  EXPECT_THAT(log(), ElementsAre("write", "read answer"));
}

TEST_P(EventLoopWatch, ASecondReaderReplacesTheFirstAndFreesIt) {
  live_counter lives;
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    event_loop loop = get_running_loop();
    loop.add_reader(left.get(), [this, guard = lives.make()] { note("first"); });
    loop.add_reader(left.get(), [&] {
      note("second " + take_text(left.get(), 10));
      done.open();
    });
    send_text(right.get(), "x");
    co_await done.passed();
    co_await look_around();
    EXPECT_EQ(lives.alive(), 0);
    EXPECT_TRUE(loop.remove_reader(left.get()));
    EXPECT_FALSE(loop.remove_reader(left.get()));
  });

  EXPECT_THAT(log(), ElementsAre("second x"));
  EXPECT_GT(lives.made(), 0);
}

TEST_P(EventLoopWatch, ACallbackMayReplaceItself) {
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    event_loop loop = get_running_loop();
    loop.add_reader(left.get(), [&, kept = std::string("first ")] {
      loop.add_reader(left.get(), [&] {
        note("second " + take_text(left.get(), 10));
        done.open();
      });
      note(kept + take_text(left.get(), 1));  // the captures are still there
    });
    send_text(right.get(), "abc");
    co_await done.passed();
    loop.remove_reader(left.get());
  });

  EXPECT_THAT(log(), ElementsAre("first a", "second bc"));
}

TEST_P(EventLoopWatch, ACallbackMayRemoveItselfThoughThereIsMore) {
  live_counter lives;
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    event_loop loop = get_running_loop();
    loop.add_reader(left.get(), [&, guard = lives.make(), kept = std::string("still here")] {
      EXPECT_TRUE(loop.remove_reader(left.get()));
      EXPECT_FALSE(loop.remove_reader(left.get()));
      note(kept);
      done.open();
    });
    send_text(right.get(), "abc");
    co_await done.passed();
    co_await look_around();
    EXPECT_EQ(lives.alive(), 0);
  });

  EXPECT_THAT(log(), ElementsAre("still here"));
  EXPECT_GT(lives.made(), 0);
}

// Both are ready in the same turn, and the one that comes first removes the other.
TEST_P(EventLoopWatch, AReadyReaderThatIsRemovedIsNotCalled) {
  const auto [one, one_peer] = make_socket_pair();
  const auto [two, two_peer] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    send_text(one_peer.get(), "x");
    send_text(two_peer.get(), "x");
    gate done;
    const auto remove_both = [&](const char* name) {
      note(name);
      EXPECT_TRUE(loop.remove_reader(one.get()));
      EXPECT_TRUE(loop.remove_reader(two.get()));
      done.open();
    };
    loop.add_reader(one.get(), [&] { remove_both("called"); });
    loop.add_reader(two.get(), [&] { remove_both("called"); });
    co_await done.passed();
    co_await look_around();
  });

  EXPECT_THAT(log(), ElementsAre("called"));
}

TEST_P(EventLoopWatch, WhatACallbackThrowsIsReportedAndItIsCalledAgain) {
  std::vector<std::string> reported;
  const auto [left, right] = make_socket_pair();
  try {
    run_on_loop([&]() -> task<> {
      gate done;
      get_running_loop().add_reader(left.get(), [&] {
        const std::string text = take_text(left.get(), 1);
        if (text == "b") done.open();
        throw std::runtime_error(text);
      });
      send_text(right.get(), "ab");
      co_await done.passed();
    });
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) reported.push_back(text_of(each));
  }

  EXPECT_THAT(reported, ElementsAre("a", "b"));
}

TEST_P(EventLoopWatch, ACallbackSeesTheContextItWasMadeIn) {
  static context_var<int> number("number", 0);
  const auto [left, right] = make_socket_pair();
  run_on_loop([&]() -> task<> {
    gate done;
    number.set(1);
    get_running_loop().add_reader(left.get(), [&] {
      note(take_text(left.get(), 1) + std::to_string(number.get()));
      done.open();
    });
    number.set(2);
    send_text(right.get(), "a");
    co_await done.passed();
    get_running_loop().remove_reader(left.get());
  });

  EXPECT_THAT(log(), ElementsAre("a1"));
}

TEST_P(EventLoopWatch, WhatIsNotWatchedCannotBeRemoved) {
  run_on_loop([&]() -> task<> {
    event_loop loop = get_running_loop();
    for (const int fd : {-1, 0, 1'000'000}) {
      EXPECT_FALSE(loop.remove_reader(fd));
      EXPECT_FALSE(loop.remove_writer(fd));
    }
    EXPECT_THROW(loop.add_reader(-1, [] {}), invalid_value_error);
    EXPECT_THROW(loop.add_writer(-1, [] {}), invalid_value_error);
    co_return;
  });
}

// epoll refuses at once, io_uring when it looks: either way the error names the descriptor, once.
TEST_P(EventLoopWatch, ADescriptorThatIsNotOpenIsReported) {
  constexpr int closed = 900;  // higher than anything a test opens
  std::vector<std::string> reported;
  try {
    run_on_loop([&]() -> task<> {
      get_running_loop().add_reader(closed, [&] { note("called"); });
      co_await look_around();
      EXPECT_FALSE(get_running_loop().remove_reader(closed));
    });
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) reported.push_back(text_of(each));
  } catch (const os_error& error) {
    reported.emplace_back(error.what());
  }
  EXPECT_THAT(reported, ElementsAre(HasSubstr("descriptor 900")));
  EXPECT_THAT(log(), IsEmpty());
}

// It is asked for again after each call, so at the end it may be with the kernel or in the queue: the latter
// if so many others are in the queue that the loop looks at the kernel once more before it ends.
TEST_P(EventLoopWatch, RunEndsWhileAReaderIsReady) {
  const auto [left, right] = make_socket_pair();
  send_text(right.get(), "x");
  for (const int others : {0, 1, 200}) {
    live_counter lives;
    gate called;  // outlives the main task, after whose end the reader may be called once more
    run_on_loop([&]() -> task<> {
      event_loop loop = get_running_loop();
      loop.add_reader(left.get(), [&, guard = lives.make()] { called.open(); });
      co_await called.passed();
      for (int other = 0; other < others; ++other) loop.call_soon([] {});
    });
    EXPECT_EQ(lives.alive(), 0);
    EXPECT_GT(lives.made(), 0);
  }
}

TEST(EventLoopWatchInASimulation, IsRefused) {
  const auto [left, right] = make_socket_pair();
  live_counter lives;
  testing::simulate(1, [&]() -> task<> {
    event_loop loop = get_running_loop();
    EXPECT_THROW(loop.add_reader(left.get(), [guard = lives.make()] {}), invalid_state_error);
    EXPECT_THROW(loop.add_writer(left.get(), [guard = lives.make()] {}), invalid_state_error);
    EXPECT_FALSE(loop.remove_reader(left.get()));
    co_return;
  });
  EXPECT_EQ(lives.alive(), 0);
  EXPECT_GT(lives.made(), 0);
}

}  // namespace
}  // namespace overlap::asyncio
