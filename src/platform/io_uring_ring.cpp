// src/platform/io_uring_ring.cpp
//
// The ladder of setups, from Linux 6.1 down to 5.19, and the refusal.

#include "platform/io_uring_ring.hpp"

#include <array>
#include <cerrno>

#include <overlap/base/error.hpp>

#include "platform/reactor.hpp"

namespace overlap::platform {

constinit io_uring_calls ring_kernel{
    .submit = ::io_uring_submit,
    .submit_and_get_events = ::io_uring_submit_and_get_events,
    .submit_and_wait_timeout = ::io_uring_submit_and_wait_timeout,
};

namespace {

// CLAMP: fewer entries rather than an error. SUBMIT_ALL: a bad request does not stop those behind it.
// CQSIZE: room for the answers of many waiting requests; beyond it the kernel keeps a list (NODROP).
constexpr unsigned always_wanted = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
constexpr std::array<unsigned, 3> setup_ladder = {
    // 6.1: completions are worked out when this thread asks for them, and interrupt nothing before.
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
    // 6.0, then 5.19: at least they do not interrupt the thread while it computes.
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN,
    IORING_SETUP_COOP_TASKRUN,
};
constexpr unsigned needed_features = IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS |
                                     IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;
constexpr unsigned completions_per_submission = 16;

// Returns 0 or a negative errno.
int set_up(unsigned submission_entries, io_uring& ring) noexcept {
  int result = -EINVAL;
  for (const unsigned flags : setup_ladder) {
    io_uring_params parameters{};
    parameters.flags = flags | always_wanted;
    parameters.cq_entries = submission_entries * completions_per_submission;
    result = ::io_uring_queue_init_params(submission_entries, &ring, &parameters);
    if (result == -EINVAL) continue;  // Kernel: the answer to flags it does not know
    if (result < 0) return result;
    if ((parameters.features & needed_features) == needed_features) return 0;
    ::io_uring_queue_exit(&ring);
    return -EINVAL;
  }
  return result;
}

constexpr std::string_view setup_call = "io_uring_queue_init failed";

std::string find_refusal() {
  io_uring ring{};
  const int result = set_up(2, ring);
  if (result < 0) return std::string(os_error(-result, setup_call, {}, io_uring_advice(-result)).message());
  ::io_uring_queue_exit(&ring);
  return {};
}

}  // namespace

std::string io_uring_advice(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
      return "containers often forbid it by seccomp, or see /proc/sys/kernel/io_uring_disabled";
    case ENOSYS:
      return "this kernel was built without it, or a sandbox hides it";
    case EINVAL:
      return "Linux 5.19 or newer is needed";
    case ENOMEM:
      return "raise the limit of locked memory (ulimit -l)";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open descriptors (ulimit -n)";
    default:
      return "use the epoll reactor (OVERLAP_REACTOR=epoll)";
  }
}

io_uring_ring::io_uring_ring(unsigned submission_entries) {
  const int result = set_up(submission_entries, ring_);
  if (result < 0) throw os_error(-result, setup_call, {}, io_uring_advice(-result));
  // Saves looking up the descriptor at every entry into the kernel. It works without.
  ::io_uring_register_ring_fd(&ring_);
}

io_uring_ring::~io_uring_ring() { ::io_uring_queue_exit(&ring_); }

std::string_view io_uring_refusal() noexcept {
  static const std::string refusal = find_refusal();
  return refusal;
}

}  // namespace overlap::platform
