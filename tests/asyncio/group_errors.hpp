// tests/asyncio/group_errors.hpp
//
// The errors of an exception_group as texts, to be compared with ElementsAre.
//
// Threads: the loop's thread.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <overlap/asyncio/task.hpp>
#include <overlap/base/exception_group.hpp>

namespace overlap::asyncio {

inline std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

/// Awaits `given`, which throws an exception_group: the texts in it, in order. Empty if nothing is thrown.
template <class Awaitable>
task<std::vector<std::string>> errors_of(Awaitable given) {
  std::vector<std::string> texts;
  try {
    co_await std::move(given);
  } catch (const exception_group& group) {
    for (const std::exception_ptr& each : group.exceptions()) texts.push_back(text_of(each));
  }
  co_return texts;
}

}  // namespace overlap::asyncio
