// src/platform/file_descriptor.cpp
//
// close(2).

#include "platform/file_descriptor.hpp"

#include <unistd.h>

namespace overlap::platform {

void close_descriptor(int fd) noexcept { ::close(fd); }

}  // namespace overlap::platform
