// src/asyncio/sockets.cpp
//
// From the kernel's answer to a value or an error.

#include <string>

#include <overlap/asyncio/sockets.hpp>
#include <overlap/base/error.hpp>

#include "platform/sockets.hpp"

namespace overlap::asyncio::detail {

std::size_t checked_io(const overlap::detail::io_operation& done, const char* doing) {
  if (done.result >= 0) return static_cast<std::size_t>(done.result);
  std::string target = std::to_string(done.fd);
  if (done.kind == overlap::detail::io_kind::connect)
    target.append(" to ").append(platform::address_text(done.buffer, done.length));
  throw os_error(-done.result, doing, target);
}

}  // namespace overlap::asyncio::detail
