// tests/platform/system_thread_test.cpp
//
// Threads of the system: their end, their stack, their ids.

#include <gtest/gtest.h>

#include <cstddef>

#include <overlap/base/error.hpp>

#include "platform/current_thread.hpp"
#include "platform/system_thread.hpp"

namespace overlap::platform {
namespace {

struct seen {
  std::size_t stack_bytes = 0;
  unsigned long id = 0;
};

void look(void* into) noexcept {
  auto& result = *static_cast<seen*>(into);
  result.stack_bytes = stack_bytes_left();
  result.id = native_thread_id();
}

thread_local struct last_words {
  bool* heard = nullptr;
  ~last_words() {
    if (heard != nullptr) *heard = true;
  }
} words;

TEST(SystemThread, HasAnIdOfItsOwn) {
  seen result;
  join_thread(start_thread(&look, &result, 0));
  EXPECT_NE(result.id, 0U);
  EXPECT_NE(result.id, native_thread_id());
}

TEST(SystemThread, TheMainThreadHasTheIdOfTheProcess) {
  EXPECT_EQ(native_thread_id(), static_cast<unsigned long>(process_id()));
}

TEST(SystemThread, ItsStackIsAsLargeAsWanted) {
  constexpr std::size_t wanted = 20 * 1024 * 1024 + 1;
  seen result;
  join_thread(start_thread(&look, &result, wanted));
  EXPECT_GT(result.stack_bytes, wanted / 10 * 9);
  EXPECT_LT(result.stack_bytes, wanted * 4) << "the system may have had a larger one at hand";
}

TEST(SystemThread, AStackThatCannotBeIsAnError) {
  EXPECT_THROW(start_thread(&look, nullptr, std::size_t{1} << 60), os_error);
}

TEST(SystemThread, JoiningWaitsForThreadLocalDestructors) {
  bool heard = false;
  join_thread(start_thread([](void* into) noexcept { words.heard = static_cast<bool*>(into); }, &heard, 0));
  EXPECT_TRUE(heard);
}

TEST(CurrentThreadName, IsWhatWasSet) {
  shared_text name;
  join_thread(start_thread(
      [](void* into) noexcept {
        set_current_thread_name("fetch");
        *static_cast<shared_text*>(into) = current_thread_name();
      },
      &name, 0));
  EXPECT_EQ(name.view(), "fetch");
}

}  // namespace
}  // namespace overlap::platform
