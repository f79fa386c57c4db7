// src/asyncio/sockets.cpp
//
// From the kernel's answer to a value or an error.

#include <string>

#include <overlap/asyncio/sockets.hpp>
#include <overlap/base/error.hpp>

namespace overlap::asyncio::detail {

std::size_t checked_io(std::int32_t result, const char* doing, int fd) {
  if (result < 0) throw os_error(-result, doing, std::to_string(fd));
  return static_cast<std::size_t>(result);
}

}  // namespace overlap::asyncio::detail
