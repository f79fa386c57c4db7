// src/platform/io_uring_ring.cpp
//
// The ladder of setups, from Linux 6.1 down to 5.19, and the refusal.

#include "platform/io_uring_ring.hpp"

#include <poll.h>

#include <array>
#include <cerrno>
#include <utility>

#include <overlap/base/error.hpp>

#include "platform/reactor.hpp"

#if defined(__SANITIZE_THREAD__)
#  define OVERLAP_THREAD_SANITIZER
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define OVERLAP_THREAD_SANITIZER
#  endif
#endif

namespace overlap::platform {

#ifdef OVERLAP_THREAD_SANITIZER
namespace {

// Thread sanitizer puts a signal handler off until its thread is in a call that it knows to block. It does
// not know the ring's, so a handler's wake() could come too late: sleep in short slices between such calls.
int wait_in_slices(io_uring* ring, io_uring_cqe** first, unsigned wanted, __kernel_timespec* limit,
                   sigset_t* mask) {
  __kernel_timespec slice{.tv_sec = 0, .tv_nsec = 5'000'000};
  if (limit != nullptr && limit->tv_sec == 0 && limit->tv_nsec < slice.tv_nsec) slice = *limit;
  const int result = ::io_uring_submit_and_wait_timeout(ring, first, wanted, &slice, mask);
  ::poll(nullptr, 0, 0);
  return result;
}

}  // namespace
#endif

constinit io_uring_calls ring_kernel{
    .submit = ::io_uring_submit,
    .submit_and_get_events = ::io_uring_submit_and_get_events,
#ifdef OVERLAP_THREAD_SANITIZER
    .submit_and_wait_timeout = wait_in_slices,
#else
    .submit_and_wait_timeout = ::io_uring_submit_and_wait_timeout,
#endif
};

namespace {

// CLAMP: fewer entries rather than an error. SUBMIT_ALL: a bad request does not stop those behind it.
// CQSIZE: room for the answers of many waiting requests; beyond it the kernel keeps a list (NODROP).
constexpr unsigned always_wanted = IORING_SETUP_CLAMP | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
struct setup {
  unsigned flags;
  completion_work work;
};
constexpr std::array<setup, 3> setup_ladder = {{
    {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, completion_work::when_asked_for},  // Linux 6.1
    {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN, completion_work::when_it_comes},    // 6.0
    {IORING_SETUP_COOP_TASKRUN, completion_work::when_it_comes},                                 // 5.19
}};
constexpr unsigned needed_features = IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | IORING_FEAT_RW_CUR_POS |
                                     IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;
constexpr unsigned completions_per_submission = 16;

// Returns 0 or a negative errno.
int set_up(unsigned submission_entries, completion_work work, io_uring& ring) noexcept {
  int result = -EINVAL;
  for (const setup& step : setup_ladder) {
    if (step.work == completion_work::when_asked_for && work != step.work) continue;
    io_uring_params parameters{};
    parameters.flags = step.flags | always_wanted;
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
  const int result = set_up(2, completion_work::when_asked_for, ring);
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

io_uring_ring::io_uring_ring(unsigned submission_entries, completion_work work) {
  const int result = set_up(submission_entries, work, ring_);
  if (result < 0) throw os_error(-result, setup_call, {}, io_uring_advice(-result));
  // Saves looking up the descriptor at every entry into the kernel. It works without.
  ::io_uring_register_ring_fd(&ring_);
}

void io_uring_ring::replace(unsigned submission_entries, completion_work work) {
  io_uring_ring fresh(submission_entries, work);
  std::swap(ring_, fresh.ring_);
}

io_uring_ring::~io_uring_ring() { ::io_uring_queue_exit(&ring_); }

std::string_view io_uring_refusal() noexcept {
  static const std::string refusal = find_refusal();
  return refusal;
}

}  // namespace overlap::platform
