// tests/asyncio/socket_fixture.hpp
//
// Tests with real sockets: pairs of unix sockets and TCP on the loopback. Time is virtual and no test has a
// timer, so none depends on how fast the machine is. A test that leaks a descriptor fails.
//
// Threads: the test's thread.
#pragma once

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <overlap/base/error.hpp>

#include "asyncio/loop_test.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/sockets.hpp"

namespace overlap::asyncio {

using platform::file_descriptor;
using platform::make_socket_pair;

class SocketTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    descriptors_ = open_descriptors();
  }
  void TearDown() override { EXPECT_EQ(open_descriptors(), descriptors_) << "a descriptor has leaked"; }

 private:
  static int open_descriptors() {
    int count = 0;
    DIR* folder = ::opendir("/proc/self/fd");
    while (::readdir(folder) != nullptr) ++count;
    ::closedir(folder);
    return count;
  }

  int descriptors_ = 0;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline file_descriptor tcp_socket() {
  return file_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

struct tcp_pair {
  file_descriptor client;
  file_descriptor server;
};

inline task<tcp_pair> connect_tcp() {
  const platform::tcp_listener listener = platform::listen_tcp("127.0.0.1", 0);
  tcp_pair made{tcp_socket(), {}};
  const sockaddr_in address = loopback(listener.port);
  co_await sock_connect(made.client.get(), &address, sizeof address);
  made.server.reset(co_await sock_accept(listener.descriptor.get()));
  co_return made;
}

/// So small that a few pages fill it.
inline void shrink_buffers(int fd) {
  const int bytes = 4096;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

/// Bytes that differ from their neighbours and do not repeat at powers of two.
inline std::string pattern(std::size_t bytes, int start = 0) {
  std::string made(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>('a' + (i + i / 251 + start) % 26);
  return made;
}

/// Up to `bytes`, less at the end of the stream.
inline task<std::string> recv_exactly(int fd, std::size_t bytes) {
  std::string all;
  std::array<char, 15'000> piece;
  while (all.size() < bytes) {
    const std::size_t wanted = std::min(piece.size(), bytes - all.size());
    const std::size_t count = co_await sock_recv(fd, std::span(piece).first(wanted));
    if (count == 0) break;
    all.append(piece.data(), count);
  }
  co_return all;
}

/// Fills what the kernel keeps for `fd` and says how much that is.
inline std::size_t fill(int fd) {
  const std::string page(1024, 'x');
  std::size_t filled = 0;
  for (;;) {
    const ssize_t count = ::send(fd, page.data(), page.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) return filled;
    filled += static_cast<std::size_t>(count);
  }
}

/// The os_error that awaiting `given` throws: its errno and its text.
struct failure {
  int code = 0;
  std::string text = "no error";
};

template <class Awaitable>
task<failure> failure_of(Awaitable given) {
  failure seen;
  try {
    static_cast<void>(co_await std::move(given));
  } catch (const os_error& thrown) {
    seen.code = thrown.code();
    seen.text = thrown.what();
  }
  co_return seen;
}

}  // namespace overlap::asyncio

/// Declares the suite `suite` on every backend that has descriptors. In namespace overlap::asyncio.
#define OVERLAP_SOCKET_SUITE(suite)   \
  class suite : public SocketTest {}; \
  INSTANTIATE_TEST_SUITE_P(           \
      on, suite, ::testing::Values(testing::backend::epoll, testing::backend::io_uring), backend_name)
