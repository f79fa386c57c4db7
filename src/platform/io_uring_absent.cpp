// src/platform/io_uring_absent.cpp
//
// Stands in for the io_uring reactor in builds with OVERLAP_IO_URING=OFF.

#include <cerrno>

#include <overlap/base/error.hpp>

#include "platform/reactor.hpp"

namespace overlap::platform {

std::unique_ptr<reactor> make_io_uring_reactor() {
  throw os_error(ENOSYS, "create an io_uring reactor", {}, io_uring_refusal());
}

std::string_view io_uring_refusal() noexcept {
  return "overlap was built without io_uring; build it with -DOVERLAP_IO_URING=ON";
}

}  // namespace overlap::platform
