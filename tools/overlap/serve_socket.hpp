// tools/overlap/serve_socket.hpp
//
// Descriptors that close themselves, and the listening socket.
//
// Threads: any; an owned_fd belongs to one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace overlap::serve {

/// Closes its descriptor when it is destroyed; -1 is none.
class owned_fd {
 public:
  owned_fd() noexcept = default;
  explicit owned_fd(int adopted) noexcept : fd_(adopted) {}
  owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  owned_fd& operator=(owned_fd other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~owned_fd();

  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

/// A listening, non-blocking TCP socket at `host` (a name or an address); port 0 takes a free one.
/// Throws os_error, or overlap::error for a host that cannot be found.
owned_fd listen_at(const std::string& host, std::uint16_t port);

/// "http://127.0.0.1:8080", for the socket's own end.
std::string url_of(int listener);

/// The address of the other end, without its port; "?" if it is gone already.
std::string peer_of(int connection);

/// Tells the other end that nothing more comes; what it still sends can be received.
void end_sending(int connection) noexcept;

/// The other end has closed (or reset), and there is nothing more to receive. Never waits.
bool is_at_end(int connection) noexcept;

/// As many descriptors as the system allows this process: a connection takes one.
void raise_descriptor_limit() noexcept;

}  // namespace overlap::serve
