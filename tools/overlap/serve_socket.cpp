// tools/overlap/serve_socket.cpp
#include "serve_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include <overlap/base/error.hpp>

namespace overlap::serve {

namespace {

// The kernel cuts it down to net.core.somaxconn.
constexpr int backlog_max = 65'535;

struct host_and_port {
  std::string host;
  std::string port;
  bool is_ipv6 = false;
};

host_and_port numbers_of(const sockaddr_storage& address, socklen_t length) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof host, port, sizeof port,
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return {"?", "?"};
  return {host, port, address.ss_family == AF_INET6};
}

owned_fd listen_at(const addrinfo& where, const std::string& target) {
  owned_fd made(socket(where.ai_family, where.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, where.ai_protocol));
  if (made.get() < 0) throw os_error(errno, "make a socket for", target);
  const int yes = 1;
  setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  // Accepted sockets inherit it: small pieces (/drip) leave at once.
  setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (bind(made.get(), where.ai_addr, where.ai_addrlen) != 0 || listen(made.get(), backlog_max) != 0)
    throw os_error(errno, "listen at", target, "choose another --port, or none for a free one");
  return made;
}

}  // namespace

owned_fd::~owned_fd() {
  if (fd_ >= 0) close(fd_);
}

owned_fd listen_at(const std::string& host, std::uint16_t port) {
  const std::string target = host + ":" + std::to_string(port);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (failure == EAI_SYSTEM) throw os_error(errno, "find the address of", host);
  if (failure != 0) throw error("find the address of " + host + ": " + gai_strerror(failure));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, &freeaddrinfo);
  return listen_at(*found, target);
}

std::string url_of(int listener) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw os_error(errno, "ask for the address of the listening socket");
  const host_and_port own = numbers_of(address, length);
  return "http://" + (own.is_ipv6 ? "[" + own.host + "]" : own.host) + ":" + own.port;
}

std::string peer_of(int connection) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(connection, reinterpret_cast<sockaddr*>(&address), &length) != 0) return "?";
  return numbers_of(address, length).host;
}

void end_sending(int connection) noexcept { shutdown(connection, SHUT_WR); }

bool is_at_end(int connection) noexcept {
  char unused;
  const ssize_t came = recv(connection, &unused, 1, MSG_PEEK | MSG_DONTWAIT);
  return came == 0 || (came < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // refused: then there are fewer connections
}

}  // namespace overlap::serve
