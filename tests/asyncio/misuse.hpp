// tests/asyncio/misuse.hpp
//
// What the library says to whoever breaks its rules, caught instead of ending the test.
//
// Threads: the test's thread.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <overlap/asyncio/detail/loop_core.hpp>
#include <overlap/base/assert.hpp>
#include <overlap/base/error.hpp>
#include <overlap/testing.hpp>

namespace overlap::asyncio {

/// The advice of the assertion that `call` runs into. Not for rules that are checked in destructors.
template <class Call>
std::string advice_of(Call call) {
  struct handler {
    misuse_handler before =
        set_misuse_handler([](const misuse& broken) { throw std::logic_error(broken.advice); });
    handler() = default;
    handler(const handler&) = delete;
    handler& operator=(const handler&) = delete;
    ~handler() { set_misuse_handler(before); }
  };
  const handler installed;
  try {
    call();
  } catch (const std::logic_error& advice) {
    return advice.what();
  }
  return "no advice";
}

/// The text of the overlap::error that `call` throws.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const error& thrown) {
    return std::string(thrown.message());
  }
  return "no error";
}

/// Calls it as if no loop ran in this thread. A loop that is run inside stands for another thread's: what
/// counts is that it is another loop.
template <class Call>
void as_if_in_another_thread(Call call) {
  struct hidden {
    detail::loop_core* here = std::exchange(detail::running_loop, nullptr);
    hidden() = default;
    hidden(const hidden&) = delete;
    hidden& operator=(const hidden&) = delete;
    ~hidden() { detail::running_loop = here; }
  };
  const hidden loop;
  call();
}

}  // namespace overlap::asyncio
