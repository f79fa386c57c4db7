// tests/platform/make_reactor_test.cpp
//
// The choice of the reactor, and its reasons.

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <overlap/base/error.hpp>

#include "platform/reactor.hpp"

#ifdef OVERLAP_HAS_IO_URING
#  include "platform/io_uring_ring.hpp"
#endif

namespace overlap::platform {

namespace {

class MakeReactor : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* value = std::getenv("OVERLAP_REACTOR")) before_ = value;
  }
  void TearDown() override {
    if (before_)
      ::setenv("OVERLAP_REACTOR", before_->c_str(), 1);
    else
      ::unsetenv("OVERLAP_REACTOR");
  }
  std::optional<std::string> before_;
};

TEST_F(MakeReactor, TakesIoUringWhereItIsGranted) {
  ::unsetenv("OVERLAP_REACTOR");
  EXPECT_EQ(make_reactor()->name(), io_uring_refusal().empty() ? "io_uring" : "epoll");
}

TEST_F(MakeReactor, AnEmptyWordIsNoChoice) {
  ::setenv("OVERLAP_REACTOR", "", 1);
  EXPECT_EQ(make_reactor()->name(), io_uring_refusal().empty() ? "io_uring" : "epoll");
}

TEST_F(MakeReactor, TakesEpollIfForced) {
  ::setenv("OVERLAP_REACTOR", "epoll", 1);
  EXPECT_EQ(make_reactor()->name(), "epoll");
}

TEST_F(MakeReactor, TakesIoUringIfForcedOrSaysWhyNot) {
  ::setenv("OVERLAP_REACTOR", "io_uring", 1);
  if (io_uring_refusal().empty())
    EXPECT_EQ(make_reactor()->name(), "io_uring");
  else
    EXPECT_THROW(static_cast<void>(make_reactor()), os_error);
}

TEST_F(MakeReactor, RefusesAnyOtherWord) {
  ::setenv("OVERLAP_REACTOR", "kqueue", 1);
  try {
    static_cast<void>(make_reactor());
    ADD_FAILURE();
  } catch (const invalid_value_error& error) {
    EXPECT_EQ(error.message(),
              "OVERLAP_REACTOR is 'kqueue', which is no reactor; set it to io_uring or epoll, or unset it");
  }
}

#ifdef OVERLAP_HAS_IO_URING

TEST_F(MakeReactor, ARefusalNamesTheErrorAndItsUsualCause) {
  // The kernel refuses a ring without entries with EINVAL, wherever it grants any.
  if (!io_uring_refusal().empty()) GTEST_SKIP() << io_uring_refusal();
  try {
    const io_uring_ring ring(0, completion_work::when_asked_for);
    ADD_FAILURE();
  } catch (const os_error& error) {
    EXPECT_EQ(error.message(),
              "io_uring_queue_init failed: Invalid argument (EINVAL); Linux 5.19 or newer is needed");
  }
  EXPECT_EQ(io_uring_advice(EPERM),
            "containers often forbid it by seccomp, or see /proc/sys/kernel/io_uring_disabled");
}

// What container runtimes do: io_uring_setup answers EPERM.
void forbid_io_uring() {
  std::array<sock_filter, 4> rules = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(rules.size()), rules.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(9);
}

using MakeReactorDeathTest = MakeReactor;

TEST_F(MakeReactorDeathTest, AContainerThatForbidsIoUringGetsEpollAndTheReason) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  ::unsetenv("OVERLAP_REACTOR");
  EXPECT_EXIT(
      {
        forbid_io_uring();
        const std::unique_ptr<reactor> made = make_reactor();
        std::cerr << made->name() << ": " << io_uring_refusal();
        ::_exit(0);
      },
      testing::ExitedWithCode(0),
      "epoll: io_uring_queue_init failed: Operation not permitted .EPERM.; containers often forbid it by "
      "seccomp, or see /proc/sys/kernel/io_uring_disabled");
}

#else

TEST_F(MakeReactor, ABuildWithoutIoUringSaysSo) {
  EXPECT_EQ(io_uring_refusal(), "overlap was built without io_uring; build it with -DOVERLAP_IO_URING=ON");
}

#endif

}  // namespace

}  // namespace overlap::platform
