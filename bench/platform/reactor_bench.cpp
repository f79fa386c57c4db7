// bench/platform/reactor_bench.cpp
//
// What the seam costs: a message of 64 bytes goes to and fro over socket pairs, through a reactor and through
// the bare kernel interface that it is made of. All ends live on one thread. Time per message (a send, the
// wait for it, a receive) is the counter `message`; compare within one run only.
//
// Threads: one.

#include <benchmark/benchmark.h>
#include <liburing.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/reactor.hpp"
#include "platform/sockets.hpp"

namespace overlap::platform {

namespace {

constexpr std::size_t message_bytes = 64;
using message = std::array<char, message_bytes>;

// Both ends of every pair, so that ends[i] talks to ends[i ^ 1].
std::vector<file_descriptor> open_ends(std::size_t pair_count) {
  std::vector<file_descriptor> ends;
  for (std::size_t index = 0; index < pair_count; ++index) {
    socket_pair pair = make_socket_pair();
    ends.push_back(std::move(pair.first));
    ends.push_back(std::move(pair.second));
  }
  return ends;
}

void send_first_messages(const std::vector<file_descriptor>& ends) {
  const message content{};
  for (std::size_t index = 0; index < ends.size(); index += 2)
    if (::send(ends[index].get(), content.data(), content.size(), 0) < 0) std::abort();
}

void report(benchmark::State& state, std::size_t message_count) {
  state.SetItemsProcessed(static_cast<std::int64_t>(message_count));
  state.counters["message"] = benchmark::Counter(static_cast<double>(message_count),
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Through the seam.

struct end_point;

struct owned_operation : io_operation {
  end_point* owner = nullptr;
};

struct end_point {
  owned_operation receiving;
  owned_operation sending;
  int fd = -1;
  message content{};
};

void through_reactor(benchmark::State& state, std::unique_ptr<reactor> (*make)()) {
  if (make == make_io_uring_reactor && !io_uring_refusal().empty()) {
    state.SkipWithError(std::string(io_uring_refusal()).c_str());
    return;
  }
  const std::unique_ptr<reactor> reactor = make();
  const std::vector<file_descriptor> ends = open_ends(static_cast<std::size_t>(state.range(0)));
  std::vector<end_point> points(ends.size());
  std::size_t message_count = 0;
  completion_list completed;
  const auto point_of = [](const io_operation& operation) -> end_point& {
    return *static_cast<const owned_operation&>(operation).owner;
  };
  const auto send = [&](end_point& point) {
    point.sending.kind = io_kind::send;
    point.sending.fd = point.fd;
    point.sending.buffer = point.content.data();
    point.sending.length = message_bytes;
    if (reactor->submit(point.sending)) completed.push_back(point.sending);
  };
  const auto receive = [&](end_point& point) {
    point.receiving.kind = io_kind::receive;
    point.receiving.fd = point.fd;
    point.receiving.buffer = point.content.data();
    point.receiving.length = message_bytes;
    if (reactor->submit(point.receiving)) completed.push_back(point.receiving);
  };
  for (std::size_t index = 0; index < ends.size(); ++index) {
    points[index].fd = ends[index].get();
    points[index].receiving.owner = points[index].sending.owner = &points[index];
    receive(points[index]);
  }
  send_first_messages(ends);
  for (auto _ : state) {
    reactor->wait(time_point::never(), completed);
    std::size_t count = 0;
    while (io_operation* operation = completed.pop_front()) {
      // As a coroutine does it: a receive begins when the send has ended.
      if (operation->kind == io_kind::send) {
        receive(point_of(*operation));
        ++count;
      } else {
        send(point_of(*operation));
      }
    }
    message_count += count;
  }
  report(state, message_count);
  for (end_point& point : points) reactor->request_cancel(point.receiving);
  while (reactor->pending() != 0) reactor->wait(time_point::never(), completed);
}

void seam_epoll(benchmark::State& state) { through_reactor(state, make_epoll_reactor); }
void seam_io_uring(benchmark::State& state) { through_reactor(state, make_io_uring_reactor); }

// A wake-up and the wait that it ends; what another thread's call_soon_threadsafe costs beyond its queue.
void wake_and_wait(benchmark::State& state, std::unique_ptr<reactor> (*make)()) {
  if (make == make_io_uring_reactor && !io_uring_refusal().empty()) {
    state.SkipWithError(std::string(io_uring_refusal()).c_str());
    return;
  }
  const std::unique_ptr<reactor> reactor = make();
  completion_list completed;
  for (auto _ : state) {
    reactor->wake();
    reactor->wait(time_point::never(), completed);
  }
}

// A receive that is submitted and cancelled before anything comes.
void submit_and_cancel(benchmark::State& state, std::unique_ptr<reactor> (*make)()) {
  if (make == make_io_uring_reactor && !io_uring_refusal().empty()) {
    state.SkipWithError(std::string(io_uring_refusal()).c_str());
    return;
  }
  const std::unique_ptr<reactor> reactor = make();
  const socket_pair pair = make_socket_pair();
  message content{};
  io_operation receiving;
  receiving.kind = io_kind::receive;
  receiving.fd = pair.first.get();
  receiving.buffer = content.data();
  receiving.length = content.size();
  completion_list completed;
  for (auto _ : state) {
    if (reactor->submit(receiving)) std::abort();
    reactor->request_cancel(receiving);
    while (completed.pop_front() == nullptr) reactor->wait(time_point::never(), completed);
  }
}

// Bare.

void bare_epoll(benchmark::State& state) {
  const std::vector<file_descriptor> ends = open_ends(static_cast<std::size_t>(state.range(0)));
  const file_descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  for (const file_descriptor& end : ends) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = end.get();
    ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, end.get(), &event);
  }
  send_first_messages(ends);
  std::size_t message_count = 0;
  std::array<epoll_event, 256> events{};
  message content{};
  for (auto _ : state) {
    const int count = ::epoll_wait(epoll.get(), events.data(), events.size(), -1);
    for (int index = 0; index < count; ++index) {
      const int fd = events[static_cast<std::size_t>(index)].data.fd;
      if (::recv(fd, content.data(), content.size(), MSG_DONTWAIT) <= 0) continue;
      if (::send(fd, content.data(), content.size(), MSG_DONTWAIT | MSG_NOSIGNAL) <= 0) std::abort();
      ++message_count;
    }
  }
  report(state, message_count);
}

void bare_io_uring(benchmark::State& state) {
  if (!io_uring_refusal().empty()) {
    state.SkipWithError(std::string(io_uring_refusal()).c_str());
    return;
  }
  io_uring ring{};
  io_uring_params parameters{};
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  if (::io_uring_queue_init_params(1024, &ring, &parameters) != 0) std::abort();
  ::io_uring_register_ring_fd(&ring);
  const std::vector<file_descriptor> ends = open_ends(static_cast<std::size_t>(state.range(0)));
  std::vector<message> contents(ends.size());
  const auto receive = [&](std::size_t index) {
    io_uring_sqe* entry = ::io_uring_get_sqe(&ring);
    ::io_uring_prep_recv(entry, ends[index].get(), contents[index].data(), message_bytes, 0);
    ::io_uring_sqe_set_data64(entry, index + 1);
  };
  for (std::size_t index = 0; index < ends.size(); ++index) receive(index);
  send_first_messages(ends);
  std::size_t message_count = 0;
  for (auto _ : state) {
    ::io_uring_submit_and_wait(&ring, 1);
    unsigned position = 0;
    unsigned count = 0;
    io_uring_cqe* answer = nullptr;
    io_uring_for_each_cqe(&ring, position, answer) {
      ++count;
      if (answer->user_data == 0) continue;
      const auto index = static_cast<std::size_t>(answer->user_data - 1);
      io_uring_sqe* entry = ::io_uring_get_sqe(&ring);
      ::io_uring_prep_send(entry, ends[index].get(), contents[index].data(), message_bytes, MSG_NOSIGNAL);
      ::io_uring_sqe_set_data64(entry, 0);
      receive(index);
      ++message_count;
    }
    ::io_uring_cq_advance(&ring, count);
  }
  report(state, message_count);
  ::io_uring_queue_exit(&ring);
}

BENCHMARK(bare_epoll)->Arg(1)->Arg(64);
BENCHMARK(seam_epoll)->Arg(1)->Arg(64);
BENCHMARK(bare_io_uring)->Arg(1)->Arg(64);
BENCHMARK(seam_io_uring)->Arg(1)->Arg(64);
BENCHMARK_CAPTURE(wake_and_wait, epoll, make_epoll_reactor);
BENCHMARK_CAPTURE(wake_and_wait, io_uring, make_io_uring_reactor);
BENCHMARK_CAPTURE(submit_and_cancel, epoll, make_epoll_reactor);
BENCHMARK_CAPTURE(submit_and_cancel, io_uring, make_io_uring_reactor);

}  // namespace

}  // namespace overlap::platform
