// tests/tools/bench_report_test.cpp
#include "bench_report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace overlap::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What 20 requests of 1 s cost on some machine.
measurement waiting(model which) {
  switch (which) {
    case model::sequential:
      return {which, 20.06, 20.05, 1, 8 << 20, 0.02, 60};
    case model::async:
      return {which, 1.01, 20.1, 1, 8 << 20, 0.01, 12};
    case model::threads:
      return {which, 1.02, 20.2, 21, 12 << 20, 0.03, 140};
  }
  return {};
}

TEST(BenchReport, LineIsTheArticles) {
  EXPECT_EQ(line_of(waiting(model::sequential)), "Sequential  : 20.06s");
  EXPECT_EQ(line_of(waiting(model::threads)), "Threaded    : 1.02s");
  EXPECT_EQ(line_of(waiting(model::async)), "Async       : 1.01s");
}

TEST(BenchReport, SpeedUpIsAgainstSequentialWhereverItStands) {
  const std::string table = table_of({waiting(model::async), waiting(model::sequential)});
  EXPECT_THAT(table, HasSubstr("19.9x"));
  EXPECT_THAT(table, HasSubstr(" 1.0x"));
}

TEST(BenchReport, WithoutSequentialTheSlowestIsTheMeasure) {
  EXPECT_THAT(table_of({waiting(model::async), waiting(model::threads)}), HasSubstr(" 1.0x"));
}

TEST(BenchReport, WaitingIsWhatTheProcessorDidNotDo) {
  EXPECT_NEAR(waiting_share({waiting(model::async), waiting(model::sequential)}), 0.999, 0.0005);
  EXPECT_DOUBLE_EQ(waiting_share({{model::sequential, 1, 1, 1, 0, 1.5, 0}}), 0) << "more processors than one";
  EXPECT_DOUBLE_EQ(waiting_share({{model::sequential, 0, 0, 1, 0, 0, 0}}), 0);
}

TEST(BenchReport, RequestsThatWaitAreForTheLoopIfItIsAsFast) {
  const verdict said =
      verdict_on({waiting(model::sequential), waiting(model::threads), waiting(model::async)});
  EXPECT_EQ(said.which, model::async);
  EXPECT_EQ(said.text,
            "Take async: the requests wait 99.9 % of their time, and one thread overlaps them: as fast as 21 "
            "threads, for 1.5 times less memory, 3.0 times less CPU and 11.7 times fewer context "
            "switches.");
}

TEST(BenchReport, ALittleSlowerIsStillAsFast) {
  measurement async = waiting(model::async);
  async.seconds = 1.10;
  EXPECT_EQ(verdict_on({waiting(model::threads), async}).which, model::async);
}

TEST(BenchReport, WorkForTheProcessorIsForThreads) {
  const measurement sequential{model::sequential, 10, 10, 1, 8 << 20, 9.5, 10};
  const measurement threads{model::threads, 2.6, 10, 5, 9 << 20, 9.8, 50};
  const measurement async{model::async, 9.9, 90, 1, 8 << 20, 9.4, 10};
  const verdict said = verdict_on({sequential, threads, async});
  EXPECT_EQ(said.which, model::threads);
  EXPECT_THAT(said.text, StartsWith("Take threads: the requests keep a processor busy 95 % of their time"));
  EXPECT_THAT(said.text, HasSubstr("3.8 times as fast as async"));
}

TEST(BenchReport, WhereNothingIsGainedTheSimplestWins) {
  const measurement sequential{model::sequential, 5.00, 5, 1, 8 << 20, 0.1, 10};
  const measurement threads{model::threads, 4.99, 50, 21, 9 << 20, 0.1, 50};
  const measurement async{model::async, 4.98, 50, 1, 8 << 20, 0.1, 10};
  const verdict said = verdict_on({threads, async, sequential});
  EXPECT_EQ(said.which, model::sequential);
  EXPECT_THAT(said.text, HasSubstr("gains nothing"));
}

TEST(BenchReport, OneModelAloneIsNoComparison) {
  EXPECT_THAT(verdict_on({waiting(model::async)}).text, HasSubstr("Only async was measured"));
}

TEST(BenchReport, NoCostIsPraisedThatIsNoneOrTheSame) {
  measurement threads = waiting(model::threads);
  threads.peak_memory_bytes = waiting(model::async).peak_memory_bytes;
  measurement async = waiting(model::async);
  async.context_switches = 0;
  const std::string text = verdict_on({threads, async}).text;
  EXPECT_THAT(text, Not(HasSubstr("memory")));
  EXPECT_THAT(text, HasSubstr("140.0 times fewer context switches"));
}

TEST(BenchReport, JsonHasAllFigures) {
  const workload work{"http://host/", 20, 20};
  const auto told = nlohmann::json::parse(json_of(work, {waiting(model::sequential), waiting(model::async)}));
  EXPECT_EQ(told["models"].size(), 2u);
  EXPECT_EQ(told["models"][1]["model"], "async");
  EXPECT_EQ(told["models"][1]["context_switches"], 12);
  EXPECT_EQ(told["verdict"]["model"], "async");
  EXPECT_EQ(told["requests"], 20);
}

TEST(BenchReport, NamesOfModelsAreFoundAndOthersAreNot) {
  for (const model each : {model::sequential, model::async, model::threads})
    EXPECT_EQ(model_named(name_of(each)), each);
  EXPECT_EQ(model_named("goroutines"), std::nullopt);
}

}  // namespace
}  // namespace overlap::bench
