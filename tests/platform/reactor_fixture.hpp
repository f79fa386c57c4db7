// tests/platform/reactor_fixture.hpp
//
// What the conformance tests of the reactors share: the reactors under test, operations that count how often
// they come back, and descriptors that are closed at the end.
//
// Threads: the test's thread.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "platform/file_descriptor.hpp"
#include "platform/reactor.hpp"

namespace overlap::platform {

/// A reactor under test: how it is called and made.
struct reactor_kind {
  const char* name;
  bool is_io_uring;
  std::unique_ptr<reactor> (*make)();
};

/// epoll; io_uring; io_uring with four submission entries, so that most requests have to queue for one.
extern const std::array<reactor_kind, 3> reactor_kinds;

void PrintTo(const reactor_kind& kind, std::ostream* output);
std::string name_of(const testing::TestParamInfo<reactor_kind>& info);

/// An operation that knows whether it has come back.
struct request : io_operation {
  request(io_kind wanted, int descriptor) {
    kind = wanted;
    fd = descriptor;
  }
  request(io_kind wanted, int descriptor, void* data, std::size_t bytes) : request(wanted, descriptor) {
    buffer = data;
    length = bytes;
  }
  request(const request&) = delete;
  request& operator=(const request&) = delete;
  virtual ~request() = default;

  int times_back = 0;
  bool at_once = false;  // submit() itself had the result
};

/// A poll for `events`.
struct readiness : request {
  readiness(int descriptor, std::uint32_t events) : request(io_kind::poll, descriptor) { flags = events; }
};

/// A sending or writing operation; `text` must outlive it.
struct outgoing : request {
  outgoing(int descriptor, std::string_view text, io_kind wanted = io_kind::send)
      : request(wanted, descriptor, const_cast<char*>(text.data()), text.size()) {}
};

/// A receiving or reading operation with room for what comes.
struct incoming : request {
  explicit incoming(int descriptor, io_kind wanted = io_kind::receive)
      : request(wanted, descriptor, nullptr, 0) {
    buffer = room.data();
    length = room.size();
  }
  [[nodiscard]] std::string_view text() const {
    return {room.data(), result > 0 ? static_cast<std::size_t>(result) : 0};
  }
  std::array<char, 64> room{};
};

struct descriptor_pair {
  file_descriptor left;
  file_descriptor right;
};

/// Non-blocking and connected; `type` as for socketpair(2).
descriptor_pair open_socket_pair(int type);
descriptor_pair open_stream_pair();
/// `left` is the end to read from.
descriptor_pair open_pipe();

struct bound_socket {
  file_descriptor descriptor;
  sockaddr_in address;
};

/// Bound to a free loopback port, which refuses connections because nobody listens.
bound_socket open_tcp_socket();
/// The same, listening.
bound_socket open_listener();

/// A connect to `address`, which must outlive it.
struct connecting : request {
  connecting(int descriptor, sockaddr_in& address)
      : request(io_kind::connect, descriptor, &address, sizeof address) {}
};

/// Puts `text` into `fd` with write(2) and expects that all of it fits.
void put(int fd, std::string_view text);

std::size_t open_descriptor_count();

/// A fresh reactor for each test. At the end nothing may be pending and no descriptor left.
class ReactorTest : public testing::TestWithParam<reactor_kind> {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Submits; counts the return if it came at once.
  bool submit(request& operation);
  void cancel(io_operation& operation) { reactor_->request_cancel(operation); }

  /// One wait(); counts what came back and returns how many that were.
  std::size_t collect(time_point until);
  std::size_t collect_now() { return collect(time_point()); }

  /// Waits until `operation` has come back; a test that hangs here has lost it.
  void finish(request& operation);
  /// Submits, waits, and returns the result.
  std::int32_t run(request& operation);

  std::unique_ptr<reactor> reactor_;
  std::size_t descriptor_count_ = 0;
};

}  // namespace overlap::platform
