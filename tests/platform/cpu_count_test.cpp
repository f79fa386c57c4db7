// tests/platform/cpu_count_test.cpp
//
// Counting usable CPUs, with control groups made of plain files.

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "platform/cpu_count.hpp"

namespace overlap::platform {
namespace {

class CpuCount : public testing::Test {
 protected:
  CpuCount() { std::filesystem::create_directories(root_); }
  ~CpuCount() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  [[nodiscard]] int quota(const std::string& membership) const {
    return cgroup_cpu_quota(membership, root_.string());
  }

 private:
  const testing::TestInfo* const test_ = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / ("overlap_cpu_count_" + std::string(test_->name()));
};

TEST_F(CpuCount, AQuotaIsRoundedUpToWholeCpus) {
  write("job/cpu.max", "150000 100000");
  EXPECT_EQ(quota("0::/job\n"), 2);
  write("job/cpu.max", "10000 100000");
  EXPECT_EQ(quota("0::/job\n"), 1);
  write("job/cpu.max", "400000 100000");
  EXPECT_EQ(quota("0::/job\n"), 4);
}

TEST_F(CpuCount, TheSmallestQuotaOnTheWayUpCounts) {
  write("cpu.max", "300000 100000");
  write("outer/cpu.max", "200000 100000");
  write("outer/inner/cpu.max", "max 100000");
  EXPECT_EQ(quota("0::/outer/inner\n"), 2);
  EXPECT_EQ(quota("0::/elsewhere\n"), 3);
  EXPECT_EQ(quota("0::/\n"), 3);
}

TEST_F(CpuCount, VersionOneGroupsAreUnderstood) {
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "250000");
  write("cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(quota("7:memory:/job\n4:cpu,cpuacct:/job\n"), 3);
  write("cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
  EXPECT_EQ(quota("4:cpu,cpuacct:/job\n"), 0);
}

TEST_F(CpuCount, NothingUsableIsNoQuota) {
  EXPECT_EQ(quota("0::/missing\n"), 0);
  EXPECT_EQ(quota(""), 0);
  EXPECT_EQ(quota("nonsense\n:\n"), 0);
  write("job/cpu.max", "max 100000");
  EXPECT_EQ(quota("0::/job\n"), 0);
  write("job/cpu.max", "what");
  EXPECT_EQ(quota("0::/job\n"), 0);
  write("job/cpu.max", "100000 0");
  EXPECT_EQ(quota("0::/job"), 0);
}

TEST_F(CpuCount, TheAffinityOfTheThreadLimitsIt) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(affinity_cpu_count(), CPU_COUNT(&before));
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);

  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(affinity_cpu_count(), 1);
  EXPECT_EQ(usable_cpu_count(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(usable_cpu_count(), 1);
}

}  // namespace
}  // namespace overlap::platform
