// src/platform/system_calls.cpp
//
// The real system calls.

#include "platform/system_calls.hpp"

#include <unistd.h>

namespace overlap::platform {

constinit system_calls kernel{
    .read = ::read,
    .pread = ::pread,
    .write = ::write,
    .pwrite = ::pwrite,
    .recv = ::recv,
    .send = ::send,
    .accept4 = ::accept4,
    .connect = ::connect,
    .getsockopt = ::getsockopt,
    .epoll_ctl = ::epoll_ctl,
    .epoll_wait = ::epoll_wait,
    .epoll_pwait2 = ::epoll_pwait2,
};

}  // namespace overlap::platform
