// tests/repository/include_rules_test.cpp
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "repository/planted.hpp"
#include "repository/rules.hpp"

namespace overlap::repository {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string modules = "# comment: x\nbase:\nplatform: base\nfutures: platform\nasyncio: futures base\n";

violations check_modules(const std::string& path, const std::string& text) {
  return includes_follow_the_modules(source_tree::planted({{"cmake/modules.txt", modules}, {path, text}}));
}

TEST(IncludesFollowTheModules, ReportsWhatPointsAgainstTheTable) {
  EXPECT_THAT(places(check_modules("include/overlap/base/a.hpp", "\n#include <overlap/asyncio.hpp>\n")),
              ElementsAre("include/overlap/base/a.hpp:2"));
  EXPECT_THAT(places(check_modules("include/overlap/futures.hpp", "#include <overlap/asyncio/task.hpp>\n")),
              ElementsAre("include/overlap/futures.hpp:1"));
  EXPECT_THAT(places(check_modules("src/platform/a.cpp", "#  include \"asyncio/step.hpp\"\n")),
              ElementsAre("src/platform/a.cpp:1"));
}

TEST(IncludesFollowTheModules, AllowsWhatTheTableNamesAndWhatIsBelowIt) {
  EXPECT_THAT(check_modules("src/asyncio/a.cpp",
                            "#include <overlap/futures.hpp>\n#include \"platform/clock.hpp\"\n"
                            "#include \"asyncio/step.hpp\"\n#include <sys/wait.h>\n#include \"local.hpp\"\n"),
              IsEmpty());
}

TEST(IncludesFollowTheModules, WantsEveryModuleInTheTable) {
  EXPECT_THAT(places(check_modules("src/magic/a.cpp", "")), ElementsAre("src/magic/a.cpp:0"));
  EXPECT_THAT(places(check_modules("src/base/a.cpp", "#include <overlap/magic.hpp>\n")),
              ElementsAre("src/base/a.cpp:1"));
}

TEST(IncludesFollowTheModules, SaysWhatToDo) {
  const violations found = check_modules("src/base/a.cpp", "#include <overlap/asyncio.hpp>\n");
  EXPECT_THAT(
      testing::PrintToString(found),
      HasSubstr(
          "src/base/a.cpp:1: base includes overlap/asyncio.hpp of module asyncio, instead move the code"));
}

TEST(IncludesHaveTheRightForm, ReportsQuotesAroundPublicHeadersAndPrivateOnesInPublicHeaders) {
  const source_tree tree = source_tree::planted({
      {"src/base/a.cpp", "#include \"overlap/base/error.hpp\"\n#include <overlap/base/error.hpp>\n"},
      {"include/overlap/base.hpp", "#include \"base/secret.hpp\"\n"},
  });
  EXPECT_THAT(places(includes_have_the_right_form(tree)),
              ElementsAre("include/overlap/base.hpp:1", "src/base/a.cpp:1"));
}

TEST(IncludesHaveTheRightForm, KeepsProgramsToThePublicHeaders) {
  const source_tree tree = source_tree::planted({
      {"examples/a.cpp", "#include <overlap/asyncio/detail/step.hpp>\n"},
      {"src/platform/clock.hpp", ""},
      {"tools/overlap/a.cpp", "#include \"platform/clock.hpp\"\n#include \"overlap_own.hpp\"\n"},
      {"tests/platform/a.cpp", "#include \"platform/clock.hpp\"\n"},
  });
  EXPECT_THAT(places(includes_have_the_right_form(tree)),
              ElementsAre("examples/a.cpp:1", "tools/overlap/a.cpp:1"));
}

TEST(SystemStaysInPlatform, ReportsHeadersAndRealClocksElsewhere) {
  const source_tree tree = source_tree::planted({
      {"include/overlap/base.hpp", "#include <unistd.h>\n"},
      {"src/asyncio/a.cpp", "#include <sys/wait.h>\nauto now = std::chrono::steady_clock::now();\n"},
      {"src/asyncio/b.cpp", "#include <thread>\n"},
  });
  EXPECT_THAT(places(system_stays_in_platform(tree)),
              ElementsAre("include/overlap/base.hpp:1", "src/asyncio/a.cpp:1", "src/asyncio/a.cpp:2",
                          "src/asyncio/b.cpp:1"));
}

TEST(SystemStaysInPlatform, AllowsPlatformPoolsAndProse) {
  const source_tree tree = source_tree::planted({
      {"src/asyncio/a.cpp", "// steady_clock::now() would make tests slow\n#include <atomic>\n"},
      {"src/futures/pool.cpp", "#include <thread>\n#include <mutex>\n"},
      {"src/platform/a.cpp", "#include <sys/epoll.h>\nstd::random_device device;\n"},
      {"tools/overlap/a.cpp", "#include <unistd.h>\n"},
  });
  EXPECT_THAT(system_stays_in_platform(tree), IsEmpty());
}

TEST(PublicHeadersAreCheap, ReportsTheDearOnesThereOnly) {
  const source_tree tree = source_tree::planted({
      {"include/overlap/asyncio/a.hpp", "#include <string_view>\n#include <chrono>\n"},
      {"src/asyncio/a.hpp", "#include <chrono>\n"},
  });
  EXPECT_THAT(places(public_headers_are_cheap(tree)), ElementsAre("include/overlap/asyncio/a.hpp:2"));
}

}  // namespace
}  // namespace overlap::repository
