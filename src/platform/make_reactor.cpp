// src/platform/make_reactor.cpp
//
// Which reactor this process gets.

#include <cerrno>
#include <cstdlib>
#include <string>

#include <overlap/base/error.hpp>

#include "platform/reactor.hpp"

namespace overlap::platform {

std::unique_ptr<reactor> make_reactor() {
  const char* wanted = std::getenv("OVERLAP_REACTOR");
  const std::string_view word = wanted != nullptr ? wanted : "";
  if (word == "epoll") return make_epoll_reactor();
  if (word == "io_uring") return make_io_uring_reactor();
  if (!word.empty()) {
    throw invalid_value_error("OVERLAP_REACTOR is '" + std::string(word) +
                              "', which is no reactor; set it to io_uring or epoll, or unset it");
  }
  if (!io_uring_refusal().empty()) return make_epoll_reactor();
  try {
    return make_io_uring_reactor();
  } catch (const os_error&) {
    // Granted in general but not this time: locked memory (ENOMEM) is counted for all rings of a user.
    return make_epoll_reactor();
  }
}

}  // namespace overlap::platform
