// src/platform/system_calls.hpp
//
// The system calls that the reactors make, behind one table, so that tests can let them fail the way the
// kernel rarely does: EINTR, short reads and writes, ENOMEM, a spurious EAGAIN.
//
// Threads: replaced only while no reactor is in use; read by the loop's thread. wake() does not use it,
// because other threads and signal handlers call that one.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <csignal>
#include <cstddef>
#include <ctime>

namespace overlap::platform {

/// Each member has the meaning of the call of its name.
struct system_calls {
  ssize_t (*read)(int, void*, std::size_t);
  ssize_t (*pread)(int, void*, std::size_t, off_t);
  ssize_t (*write)(int, const void*, std::size_t);
  ssize_t (*pwrite)(int, const void*, std::size_t, off_t);
  ssize_t (*recv)(int, void*, std::size_t, int);
  ssize_t (*send)(int, const void*, std::size_t, int);
  int (*accept4)(int, sockaddr*, socklen_t*, int);
  int (*connect)(int, const sockaddr*, socklen_t);
  int (*getsockopt)(int, int, int, void*, socklen_t*);
  int (*epoll_ctl)(int, int, int, epoll_event*);
  int (*epoll_wait)(int, epoll_event*, int, int);
  int (*epoll_pwait2)(int, epoll_event*, int, const timespec*, const sigset_t*);
};

/// The real calls, unless a test has put others in their place. One indirect call each.
extern system_calls kernel;

}  // namespace overlap::platform
