// tests/platform/reactor_fixture.cpp
//
// Descriptors and waiting for the conformance tests.

#include "platform/reactor_fixture.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ostream>

#ifdef OVERLAP_HAS_IO_URING
#  include "platform/io_uring_reactor.hpp"
#endif

namespace overlap::platform {

namespace {

std::unique_ptr<reactor> make_small_io_uring_reactor() {
#ifdef OVERLAP_HAS_IO_URING
  return std::make_unique<io_uring_reactor>(4);
#else
  return make_io_uring_reactor();
#endif
}

}  // namespace

const std::array<reactor_kind, 3> reactor_kinds = {{
    {"epoll", false, make_epoll_reactor},
    {"io_uring", true, make_io_uring_reactor},
    {"io_uring_of_four", true, make_small_io_uring_reactor},
}};

void PrintTo(const reactor_kind& kind, std::ostream* output) { *output << kind.name; }

std::string name_of(const testing::TestParamInfo<reactor_kind>& info) { return info.param.name; }

descriptor_pair open_socket_pair(int type) {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

descriptor_pair open_stream_pair() { return open_socket_pair(SOCK_STREAM); }

descriptor_pair open_pipe() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC), 0);
  return {file_descriptor(ends[0]), file_descriptor(ends[1])};
}

bound_socket open_tcp_socket() {
  bound_socket socket{file_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), {}};
  socket.address.sin_family = AF_INET;
  socket.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof socket.address;
  auto* address = reinterpret_cast<sockaddr*>(&socket.address);
  EXPECT_EQ(::bind(socket.descriptor.get(), address, length), 0);
  EXPECT_EQ(::getsockname(socket.descriptor.get(), address, &length), 0);
  return socket;
}

bound_socket open_listener() {
  bound_socket socket = open_tcp_socket();
  EXPECT_EQ(::listen(socket.descriptor.get(), 128), 0);
  return socket;
}

void put(int fd, std::string_view text) {
  ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::size_t open_descriptor_count() {
  std::size_t count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

void ReactorTest::SetUp() {
  if (GetParam().is_io_uring && !io_uring_refusal().empty()) GTEST_SKIP() << io_uring_refusal();
  descriptor_count_ = open_descriptor_count();
  reactor_ = GetParam().make();
}

void ReactorTest::TearDown() {
  if (reactor_ == nullptr) return;
  if (reactor_->pending() != 0) {
    // Its destructor would end the whole program; the other tests shall go on.
    ADD_FAILURE() << reactor_->pending() << " operations have not come back";
    static_cast<void>(reactor_.release());
    return;
  }
  reactor_.reset();
  EXPECT_EQ(open_descriptor_count(), descriptor_count_);
}

bool ReactorTest::submit(request& operation) {
  operation.at_once = reactor_->submit(operation);
  if (operation.at_once) ++operation.times_back;
  return operation.at_once;
}

std::size_t ReactorTest::collect(time_point until) {
  completion_list completed;
  reactor_->wait(until, completed);
  std::size_t count = 0;
  while (io_operation* operation = completed.pop_front()) {
    ++static_cast<request*>(operation)->times_back;
    ++count;
  }
  return count;
}

void ReactorTest::finish(request& operation) {
  while (operation.times_back == 0) collect(time_point::never());
  EXPECT_EQ(operation.times_back, 1);
}

std::int32_t ReactorTest::run(request& operation) {
  submit(operation);
  finish(operation);
  return operation.result;
}

}  // namespace overlap::platform
