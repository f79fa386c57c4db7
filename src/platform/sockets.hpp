// src/platform/sockets.hpp
//
// The few descriptors that upper layers make themselves, without a system header of their own.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/file_descriptor.hpp"

namespace overlap::platform {

/// Lets calls on `fd` answer EAGAIN instead of blocking. Throws os_error.
void set_nonblocking(int fd);

/// Ends a connection in both directions, so that its waits and those of the peer end. No effect on what is
/// none.
void shut_down(int fd) noexcept;

/// Two connected ends.
struct socket_pair {
  file_descriptor first;
  file_descriptor second;
};

/// A connected pair of unix stream sockets, non-blocking and close-on-exec. Throws os_error.
socket_pair make_socket_pair();

struct pipe_ends {
  file_descriptor read_end;
  file_descriptor write_end;
};

/// A pipe, non-blocking and close-on-exec. Throws os_error.
pipe_ends make_pipe();

struct listen_options {
  int backlog = 1024;       ///< connections the kernel completes before they are accepted
  bool reuse_port = false;  ///< several listeners share the port, one per loop (SO_REUSEPORT)
};

struct tcp_listener {
  file_descriptor descriptor;
  std::uint16_t port = 0;  ///< the one it got, if any was asked for
};

/// Listens on `host` (an address or a name of this machine; empty: on all of its addresses) and `port`
/// (0: any free one). Non-blocking and close-on-exec; accepted connections have TCP_NODELAY, as asyncio's.
/// A name may be looked up, which blocks. Throws os_error, or error if the name is unknown.
tcp_listener listen_tcp(std::string_view host, std::uint16_t port, listen_options options = {});

/// A sockaddr of `bytes` bytes for people: "127.0.0.1:80", "[::1]:80"; of a unix socket its path.
std::string address_text(const void* address, std::size_t bytes);

}  // namespace overlap::platform
