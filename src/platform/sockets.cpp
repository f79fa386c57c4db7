// src/platform/sockets.cpp
//
// socketpair(2), pipe2(2), and a listener from name to port.

#include "platform/sockets.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <string>

#include <overlap/base/error.hpp>

namespace overlap::platform {

namespace {

struct address_list_deleter {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using address_list = std::unique_ptr<addrinfo, address_list_deleter>;

std::string endpoint_text(std::string_view host, std::uint16_t port) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  const std::string name(host.empty() ? std::string_view("*") : host);
  return (is_ipv6 ? "[" + name + "]" : name) + ":" + std::to_string(port);
}

std::string_view listen_advice(int error) noexcept {
  switch (error) {
    case EADDRINUSE:
      return "another program listens there; take port 0 for any free one";
    case EACCES:
      return "ports below 1024 need privileges; take a higher one";
    case EADDRNOTAVAIL:
      return "this machine has no such address";
    default:
      return {};
  }
}

address_list look_up(std::string_view host, std::uint16_t port, int family) {
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string name(host);
  const int result =
      ::getaddrinfo(name.empty() ? nullptr : name.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (result == EAI_SYSTEM) throw os_error(errno, "look up", host);
  if (result != 0) throw error("look up '" + name + "' to listen on it: " + ::gai_strerror(result));
  return address_list(found);
}

// Returns 0 or an errno.
int try_to_listen(const addrinfo& address, bool is_for_all_addresses, listen_options options,
                  file_descriptor& descriptor) noexcept {
  descriptor.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return errno;
  const int on = 1;
  // A server that is started again must not wait until connections of the former one have timed out.
  ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Kernel: accepted sockets inherit it.
  ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options.reuse_port && ::setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    return errno;
  if (address.ai_family == AF_INET6 && is_for_all_addresses) {
    const int off = 0;
    ::setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(descriptor.get(), address.ai_addr, address.ai_addrlen) != 0) return errno;
  return ::listen(descriptor.get(), options.backlog) == 0 ? 0 : errno;
}

std::uint16_t port_of(const file_descriptor& descriptor) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(descriptor.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw os_error(errno, "ask for the port of a listening socket");
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

void set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
    throw os_error(errno, "make a descriptor non-blocking");
}

void shut_down(int fd) noexcept { ::shutdown(fd, SHUT_RDWR); }

socket_pair make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw os_error(errno, "create a pair of sockets");
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

pipe_ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) throw os_error(errno, "create a pipe");
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

tcp_listener listen_tcp(std::string_view host, std::uint16_t port, listen_options options) {
  // All addresses: one IPv6 socket takes IPv4 as well, where the machine has IPv6.
  const std::initializer_list<int> all_families = {AF_INET6, AF_INET};
  const std::initializer_list<int> any_family = {AF_UNSPEC};
  tcp_listener listener;
  int first_error = 0;
  for (const int family : host.empty() ? all_families : any_family) {
    const address_list addresses = look_up(host, port, family);
    for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
      const int error = try_to_listen(*address, host.empty(), options, listener.descriptor);
      if (error == 0) {
        listener.port = port_of(listener.descriptor);
        return listener;
      }
      if (first_error == 0 || first_error == EAFNOSUPPORT) first_error = error;
    }
  }
  throw os_error(first_error, "listen on", endpoint_text(host, port), listen_advice(first_error));
}

std::string address_text(const void* address, std::size_t bytes) {
  const auto* generic = static_cast<const sockaddr*>(address);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const int result = ::getnameinfo(generic, static_cast<socklen_t>(bytes), host.data(), host.size(),
                                   port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV);  // asks nobody
  if (result != 0) return "an address of an unknown form";
  const std::string service(port.data());
  if (generic->sa_family == AF_UNIX) return service;
  if (generic->sa_family == AF_INET6) return "[" + std::string(host.data()) + "]:" + service;
  return std::string(host.data()) + ":" + service;
}

}  // namespace overlap::platform
