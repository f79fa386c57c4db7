// tests/asyncio/call_graph_test.cpp
//
// Who waits where, and for whom. Lines are compared with where the test says it waits.

#include <cstdio>
#include <stdexcept>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"

namespace overlap::asyncio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OVERLAP_LOOP_SUITE(CallGraph);

// Lines of co_awaits that the tests look for.
struct places {
  unsigned inner = 0;
  unsigned outer = 0;
};

task<> inner_wait(places& at) {
  at.inner = __LINE__ + 1;
  co_await sleep(1h);
}

task<> outer_wait(places& at) {
  at.outer = __LINE__ + 1;
  co_await inner_wait(at);
}

std::vector<unsigned> lines_of(const call_graph& graph) {
  std::vector<unsigned> lines;
  for (const std::source_location& place : graph.call_stack) lines.push_back(place.line());
  return lines;
}

TEST_P(CallGraph, ShowsWhereATaskWaitsInnermostFirst) {
  run_on_loop([]() -> task<> {
    places at;
    co_await with(task_group(), [&at](task_group& group) -> task<> {
      const auto waiting = group.create_task(outer_wait(at), "waiting");
      co_await wait_all_tasks_blocked();
      const call_graph graph = capture_call_graph(waiting);
      EXPECT_EQ(graph.task_name.view(), "waiting");
      EXPECT_EQ(graph.task_id, waiting.id());
      EXPECT_THAT(lines_of(graph), ElementsAre(at.inner, at.outer));
      EXPECT_FALSE(graph.is_repeated);
      group.cancel();
    });
  });
}

TEST_P(CallGraph, ATaskThatHasNotBegunHasNoStack) {
  run_on_loop([]() -> task<> {
    places at;
    co_await with(task_group(), [&at](task_group& group) -> task<> {
      const auto fresh = group.create_task(outer_wait(at));
      EXPECT_THAT(capture_call_graph(fresh).call_stack, IsEmpty());
      group.cancel();
      co_return;
    });
  });
}

TEST_P(CallGraph, ATaskThatHasEndedHasNoStackAndNobodyWaits) {
  run_on_loop([]() -> task<> {
    const auto ended = create_task([]() -> task<> { co_return; }, task_options{.name = "ended"});
    co_await ended;
    const call_graph graph = capture_call_graph(ended);
    EXPECT_EQ(graph.task_name.view(), "ended");
    EXPECT_THAT(graph.call_stack, IsEmpty());
    EXPECT_THAT(graph.awaited_by, IsEmpty());
  });
}

task<call_graph> captured_here(places& at) {
  at.inner = __LINE__ + 1;
  co_return co_await capture_call_graph();
}

TEST_P(CallGraph, OfTheRunningTaskBeginsWhereItIsAsked) {
  run_on_loop([]() -> task<> {
    places at;
    at.outer = __LINE__ + 1;
    const call_graph graph = co_await captured_here(at);
    EXPECT_EQ(lines_of(graph), (std::vector<unsigned>{at.inner, at.outer}));
    EXPECT_EQ(graph.task_id, current_task().id());
  });
}

// Each way in which a task can wait for another.
TEST_P(CallGraph, ShowsWhoAwaitsAHandle) {
  run_on_loop([]() -> task<> {
    co_await with(task_group(), [](task_group& group) -> task<> {
      const auto awaited =
          group.create_task([]() -> task<> { co_await sleep(1h); }, task_options{.name = "awaited"});
      unsigned line = 0;
      const auto waits = [&]() -> task<> {
        line = __LINE__ + 1;
        co_await awaited;
      };
      const auto awaiting = group.create_task(waits, task_options{.name = "awaiting"});
      co_await wait_all_tasks_blocked();
      const call_graph graph = capture_call_graph(awaited);
      EXPECT_THAT(graph.awaited_by, SizeIs(2));  // and the group's task
      const call_graph& by = graph.awaited_by.back();
      EXPECT_EQ(by.task_id, awaiting.id());
      EXPECT_THAT(lines_of(by), ElementsAre(line));
      group.cancel();
    });
  });
}

template <class Waits>
task<call_graph> awaited_by_one(Waits waits) {
  call_graph graph;
  co_await with(task_group(), [&](task_group& group) -> task<> {
    auto awaited = create_task([]() -> task<> { co_await sleep(1h); }, task_options{.name = "awaited"});
    group.create_task([&]() -> task<> { co_await waits(awaited); }, task_options{.name = "awaiting"});
    co_await wait_all_tasks_blocked();
    graph = capture_call_graph(awaited);
    awaited.cancel();
    group.cancel();
  });
  co_return graph;
}

TEST_P(CallGraph, ShowsWhoWaitsWithWaitAndAsCompleted) {
  run_on_loop([]() -> task<> {
    const auto by_wait = [](task_handle<> awaited) -> task<> {
      const std::vector<task_handle<>> handles(1, awaited);
      co_await wait(handles);
    };
    const auto by_as_completed = [](task_handle<> awaited) -> task<> {
      const std::vector<task_handle<>> handles(1, awaited);
      auto order = as_completed(handles);
      co_await order.next();
    };
    std::vector<call_graph> graphs;
    graphs.push_back(co_await awaited_by_one(by_wait));
    graphs.push_back(co_await awaited_by_one(by_as_completed));
    for (const call_graph& graph : graphs) {
      EXPECT_THAT(graph.awaited_by, SizeIs(1));
      for (const call_graph& by : graph.awaited_by) {
        EXPECT_EQ(by.task_name.view(), "awaiting");
        EXPECT_THAT(by.call_stack, SizeIs(2));
      }
    }
  });
}

TEST_P(CallGraph, ShowsTheParentOfChildrenOfGatherRaceAndGroup) {
  run_on_loop([this]() -> task<> {
    const auto look = [this](const char* what) -> task<> {
      co_await sleep(1s);
      const call_graph graph = co_await capture_call_graph();
      EXPECT_THAT(graph.awaited_by, SizeIs(1)) << what;
      if (graph.awaited_by.empty()) co_return;
      note(std::string(what) + " of " + std::string(graph.awaited_by[0].task_name.view()));
      EXPECT_THAT(graph.awaited_by[0].call_stack, SizeIs(1));
    };
    const auto parent = [&]() -> task<> {
      co_await gather(look("gather"));
      co_await race(look("race"));
      co_await with(task_group(), [&](task_group& group) -> task<> {
        group.create_task(look("group"));
        co_return;
      });
    };
    co_await create_task(parent, task_options{.name = "parent"});
  });
  EXPECT_THAT(log(), ElementsAre("gather of parent", "race of parent", "group of parent"));
}

TEST_P(CallGraph, IsWrittenAsPythonDoes) {
  run_on_loop([]() -> task<> {
    co_await with(task_group(), [](task_group& group) -> task<> {
      const auto awaited =
          group.create_task([]() -> task<> { co_await sleep(1h); }, task_options{.name = "awaited"});
      group.create_task([&]() -> task<> { co_await awaited; }, task_options{.name = "awaiting"});
      co_await wait_all_tasks_blocked();
      const shared_text text = format_call_graph(capture_call_graph(awaited));
      EXPECT_THAT(std::string(text.view()),
                  ::testing::MatchesRegex("\\* Task\\(name='awaited', id=[0-9]+\\)\n"
                                          "  \\+ Call stack:\n"
                                          "  \\|   File \"call_graph_test.cpp\", line [0-9]+, in [^\n]+\n"
                                          "  \\+ Awaited by:\n"
                                          "    \\* Task\\(name='task-[0-9]+', id=[0-9]+\\)\n(.|\n)*"
                                          "    \\* Task\\(name='awaiting', id=[0-9]+\\)\n(.|\n)*"));
      std::FILE* file = std::tmpfile();
      print_call_graph(capture_call_graph(awaited), file);
      std::rewind(file);
      std::string written(text.view().size() + 1, '\0');
      written.resize(std::fread(written.data(), 1, written.size(), file));
      std::fclose(file);
      EXPECT_EQ(written, text.view());
      group.cancel();
    });
  });
}

TEST_P(CallGraph, OfTasksThatWaitForEachOtherEnds) {
  std::string told;
  try {
    run_on_loop([]() -> task<> {
      co_await with(task_group(), [](task_group& group) -> task<> {
        std::vector<task_handle<>> both;
        both.push_back(
            group.create_task([&]() -> task<> { co_await both[1]; }, task_options{.name = "chicken"}));
        both.push_back(group.create_task([&]() -> task<> { co_await both[0]; }, task_options{.name = "egg"}));
        co_await wait_all_tasks_blocked();
        const shared_text text = format_call_graph(capture_call_graph(both[0]));
        EXPECT_THAT(std::string(text.view()), HasSubstr("wait for each other in a circle"));
      });
    });
  } catch (const deadlock_error& stuck) {
    told = stuck.what();
  }
  EXPECT_THAT(told, HasSubstr("these wait for each other in a circle: "));
  EXPECT_THAT(told,
              ::testing::AnyOf(HasSubstr("chicken -> egg -> chicken"), HasSubstr("egg -> chicken -> egg")));
  EXPECT_THAT(told, HasSubstr("chicken, created at call_graph_test.cpp:"));
  EXPECT_THAT(told, HasSubstr("waits at call_graph_test.cpp:"));
  EXPECT_THAT(told, HasSubstr("awaited by egg"));
}

TEST_P(CallGraph, OfTasksThatTakeTwoLocksInDifferentOrders) {
  std::string told;
  try {
    run_on_loop([]() -> task<> {
      lock left;
      lock right;
      const auto takes = [](lock& first, lock& second) -> task<> {
        const auto held = co_await first.acquire();
        co_await sleep(1s);
        const auto both = co_await second.acquire();
      };
      co_await gather(takes(left, right), takes(right, left));
    });
  } catch (const deadlock_error& stuck) {
    told = stuck.what();
  }
  EXPECT_THAT(told, HasSubstr("these wait for each other in a circle: "));
}

}  // namespace
}  // namespace overlap::asyncio
