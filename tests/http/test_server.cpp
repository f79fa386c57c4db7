// tests/http/test_server.cpp
//
// See test_server.hpp.

#include "http/test_server.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace overlap::http::testing {

namespace {

// printf 'hello hello hello' | gzip -n
constexpr unsigned char gzipped[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
                                     0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00,
                                     0x80, 0x88, 0xf9, 0xe5, 0x11, 0x00, 0x00, 0x00};

std::string head_of(int status, std::string_view reason, std::string_view fields, long long length) {
  std::string head = "HTTP/1.1 " + std::to_string(status);
  head.append(" ").append(reason).append("\r\n").append(fields);
  return head + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 503:
      return "Service Unavailable";
    default:
      return "Whatever";
  }
}

std::string_view after(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) ? path.substr(prefix.size()) : std::string_view();
}

long long number_in(std::string_view text) { return std::atoll(std::string(text).c_str()); }

// The bytes of a body that goes with this head.
std::size_t body_length(std::string_view head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string_view::npos ? 0 : static_cast<std::size_t>(number_in(head.substr(at + 16)));
}

}  // namespace

test_server::test_server() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1024) != 0 ||
      ::getsockname(listener_, generic, &size) != 0 || ::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0)
    std::abort();
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

test_server::~test_server() {
  ends_ = true;
  if (::write(wake_[1], "e", 1) != 1) std::abort();
  thread_.join();
  for (const auto& [fd, each] : connections_) ::close(fd);
  for (const int fd : {listener_, wake_[0], wake_[1]}) ::close(fd);
}

std::string test_server::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void test_server::release() {
  is_released_ = true;
  if (::write(wake_[1], "r", 1) != 1) std::abort();
}

void test_server::wait_until_empty() const {
  while (open_ != 0) open_.wait(open_);
}

void test_server::serve() {
  while (!ends_) {
    std::vector<pollfd> polls{{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    for (const auto& [fd, each] : connections_) {
      const bool has_output = !each.out.empty() || each.left > 0;
      polls.push_back({fd, static_cast<short>(has_output ? POLLIN | POLLOUT : POLLIN), 0});
    }
    ::poll(polls.data(), polls.size(), -1);
    char drained[64];
    while (::read(wake_[0], drained, sizeof drained) > 0) continue;
    for (std::size_t index = 2; index < polls.size(); ++index) {
      connection& each = connections_[polls[index].fd];
      bool is_alive = true;
      if ((polls[index].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
        is_alive = read_from(polls[index].fd, each);
      if (is_alive) is_alive = send_to(polls[index].fd, each);
      if (is_alive) continue;
      ::close(polls[index].fd);
      connections_.erase(polls[index].fd);
      --open_;
      open_.notify_all();
    }
    if (polls[0].revents != 0) accept_all();
  }
}

void test_server::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_[fd];
    ++accepted_;
    ++open_;
    open_max_ = std::max(open_max_.load(), open_.load());
  }
}

bool test_server::read_from(int fd, connection& each) {
  char bytes[16384];
  for (;;) {
    const ssize_t count = ::recv(fd, bytes, sizeof bytes, 0);
    if (count == 0) return false;
    if (count < 0) {
      if (errno != EAGAIN) return false;
      take_requests(each);
      return true;
    }
    each.in.append(bytes, static_cast<std::size_t>(count));
  }
}

void test_server::take_requests(connection& each) {
  for (;;) {
    const std::size_t end = each.in.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::size_t whole = end + 4 + body_length(std::string_view(each.in).substr(0, end + 2));
    if (each.in.size() < whole) return;
    const std::string head = each.in.substr(0, end + 2);
    const std::string body = each.in.substr(end + 4, whole - end - 4);
    each.in.erase(0, whole);
    ++requests_;
    answer(each, head, body);
  }
}

void test_server::answer(connection& each, std::string_view head, std::string_view body) {
  const std::size_t start = head.find(' ') + 1;
  const std::string_view path = head.substr(start, head.find(' ', start) - start);
  const bool is_head = head.starts_with("HEAD ");
  const auto reply = [&](int status, std::string_view fields, std::string_view content) {
    each.out += head_of(status, reason_of(status), fields, static_cast<long long>(content.size()));
    if (!is_head) each.out += content;
  };
  const auto redirect = [&](int status, std::string_view to) {
    reply(status, "Location: " + std::string(to) + "\r\n", "elsewhere");
  };
  if (const std::string_view code = after(path, "/status/"); !code.empty()) {
    reply(static_cast<int>(number_in(code)), "", "a body");
  } else if (const std::string_view size = after(path, "/bytes/"); !size.empty()) {
    each.out += head_of(200, "OK", "", number_in(size));
    each.left = is_head ? 0 : number_in(size);
    each.made = 0;
  } else if (const std::string_view cut = after(path, "/cut/"); !cut.empty()) {
    each.out += head_of(200, "OK", "", number_in(cut));
    each.left = number_in(cut) / 2;
    each.closes = true;
  } else if (const std::string_view hops = after(path, "/redirect/"); !hops.empty()) {
    const long long left = number_in(hops);
    redirect(302, left > 1 ? "/redirect/" + std::to_string(left - 1) : "/echo");
  } else if (const std::string_view to = after(path, "/to/"); !to.empty()) {
    redirect(static_cast<int>(number_in(to)), to.substr(4));
  } else if (const std::string_view wait = after(path, "/retry/"); !wait.empty()) {
    reply(503, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: " + std::string(wait) + "\r\n", "later");
  } else if (path == "/loop") {
    redirect(302, "/loop");
  } else if (path == "/never") {
    return;
  } else if (path == "/close") {
    each.closes = true;
  } else if (path == "/head-only") {
    each.out += head_of(200, "OK", "", 10);
  } else if (path == "/hold") {
    each.is_held = true;
  } else if (path == "/headers") {
    reply(200, "Set-Cookie: a=1\r\nX-Mixed-CASE:  spaced \r\nset-cookie: b=2\r\n", "");
  } else if (path == "/latin1") {
    reply(200, "Content-Type: text/plain; charset=\"ISO-8859-1\"\r\n", "caf\xe9");
  } else if (path == "/chunked") {
    each.out +=
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: "
        "t\r\n\r\n";
  } else if (path == "/gzip") {
    reply(200, "Content-Encoding: gzip\r\n",
          std::string_view(reinterpret_cast<const char*>(gzipped), sizeof gzipped));
  } else if (path == "/broken-gzip") {
    reply(200, "Content-Encoding: gzip\r\n", "this is no gzip at all");
  } else {
    reply(200, "Content-Type: text/plain; charset=utf-8\r\n", std::string(head).append("\r\n").append(body));
  }
}

bool test_server::send_to(int fd, connection& each) {
  if (each.is_held && is_released_) {
    each.is_held = false;
    each.out += head_of(200, "OK", "", 4) + "held";
  }
  for (;;) {
    while (each.left > 0 && each.out.size() < 65536) {
      each.out += static_cast<char>('a' + each.made % 26);
      ++each.made;
      --each.left;
    }
    if (each.out.empty()) return !each.closes;
    const ssize_t count = ::send(fd, each.out.data(), each.out.size(), MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN;
    bytes_sent_ += count;
    each.out.erase(0, static_cast<std::size_t>(count));
  }
}

int open_descriptors() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

}  // namespace overlap::http::testing
